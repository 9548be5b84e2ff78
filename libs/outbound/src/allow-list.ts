import { Failure } from '@voicebox/kernel'

/** Servers that may be asked whatever their scheme and wherever their address leads. */
export interface AllowList {
  admits(url: URL): boolean
}

interface Rule {
  protocol: string
  port: string
  /** Also of all names below it, where `below`; then not of itself. */
  hostname: string
  below: boolean
}

/**
 * Reads an allow list: origins (`http://127.0.0.1:9000`), or origins of all names below one (`https://*.internal.example`).
 * Scheme and port count; a port left out is the scheme's own. One that is neither is a `Failure` that names its
 * place in the setting that they come from.
 */
export function parseAllowList(patterns: readonly string[], setting = 'VOICEBOX_MCP_ALLOW'): AllowList {
  const rules = patterns.map((pattern, index) => parseRule(pattern, `${setting}.${index}`))
  return { admits: (url) => rules.some((rule) => matches(rule, url)) }
}

const wildcard = '*.'

function parseRule(pattern: string, place: string): Rule {
  const [, scheme = '', rest = ''] = /^(https?:\/\/)([^\s*/?#@\\]+|\*\.[^\s*/?#@\\:]+(?::\d+)?)$/.exec(pattern) ?? []
  const below = rest.startsWith(wildcard)
  const url = URL.parse(scheme + (below ? rest.slice(wildcard.length) : rest))
  if (url === null) {
    const message = `${place}: expected an origin such as http://127.0.0.1:9000 or https://*.example.org`
    throw new Failure('client', 'invalid_configuration', message)
  }
  return { protocol: url.protocol, port: url.port, hostname: url.hostname, below }
}

function matches({ protocol, port, hostname, below }: Rule, url: URL): boolean {
  if (url.protocol !== protocol || url.port !== port) return false
  return below ? url.hostname.endsWith(`.${hostname}`) : url.hostname === hostname
}
