import { Failure } from '@voicebox/kernel'

/**
 * The servers that a Redis URL names, each as a URL or path of its own. Nodes of a cluster stand with commas between them and
 * share the rest of the URL: `redis://user:secret@one:6379,two:6379`.
 */
export function serversOf(url: string): readonly string[] {
  if (url.startsWith('unix:///')) return [url.slice('unix://'.length)]
  if (/^\/(?!\/)/.test(url)) return [url]
  const [, before, hosts = '', after] = networkUrl.exec(url) ?? []
  const servers = hosts.split(',').map((host) => `${before}${host}${after}`)
  if (hosts !== '' && servers.every((server) => URL.canParse(server) && new URL(server).hostname !== '')) return servers
  throw new Failure(
    'client',
    'invalid_redis_url',
    'A Redis URL begins with redis:// or rediss:// and names one host or several with commas between them, or it is unix:/// or a path',
  )
}

/** The URL of another node of the same cluster, which takes the same credentials. It calls itself `host:port`. */
export function urlOfNode(server: string, node: string): string {
  const [, before, , after] = networkUrl.exec(server) ?? []
  const colon = node.lastIndexOf(':')
  const host = node.slice(0, colon)
  return `${before}${host.includes(':') ? `[${host}]` : host}${node.slice(colon)}${after}`
}

/** Scheme and credentials, hosts, and what follows them. */
const networkUrl = /^(rediss?:\/\/(?:[^/?]*@)?)([^/?]+)(.*)$/
