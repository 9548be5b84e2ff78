import ipaddr from 'ipaddr.js'

/**
 * Says whether an IP address belongs to the public internet. Whatever is not known to is refused: private, loopback,
 * link-local, shared (CGNAT), multicast, unique-local, reserved and unspecified ones, and those that lead to an IPv4 address
 * by translation. An IPv4 address mapped into IPv6 counts as itself.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false
  const address = ipaddr.process(text)
  if (address.range() !== 'unicast') return false
  return address instanceof ipaddr.IPv6 ? address.match(globalUnicast, 3) : !metadata.includes(address.toString())
}

/** 2000::/3; the rest of what has no name of its own is not in use. */
const globalUnicast = ipaddr.IPv6.parse('2000::')

/** Public by its number, but answered inside of Azure: it gives machines their configuration. The others are link-local. */
const metadata = ['168.63.129.16']
