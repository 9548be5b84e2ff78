import { isIPv6 } from 'node:net'

/** Writes an IP address the same way whichever adapter read it: IPv4 dotted, also when mapped into IPv6, and IPv6 compressed. */
export function plainAddress(address: string): string {
  const [bare = ''] = address.split('%')
  if (!isIPv6(bare)) return bare
  const compressed = new URL(`http://[${bare}]`).hostname.slice(1, -1)
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(compressed)
  if (mapped === null) return compressed
  return [mapped[1], mapped[2]]
    .flatMap((group = '0') => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255])
    .join('.')
}
