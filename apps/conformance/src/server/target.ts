/** Where the server is, and how a check may approach it. */
export interface Target {
  /** ws:// or wss:// URL of the Realtime endpoint, without a query of ours. */
  url: string
  key: string
  model: string
  /** How long a server may be silent where an answer is due. */
  patienceMs: number
  /** Self-signed certificates are taken. */
  isInsecure: boolean
  /** A public MCP server that the Realtime server can reach. */
  mcpUrl: string | undefined
}

/** The URL of a path beside the endpoint: `…/v1/realtime` and `/client_secrets` make `https://…/v1/realtime/client_secrets`. */
export function httpUrl(target: Target, path: string): string {
  const url = new URL(target.url)
  url.protocol = url.protocol === 'wss:' ? 'https:' : 'http:'
  url.pathname = url.pathname.replace(/\/$/, '') + path
  url.search = ''
  return url.href
}
