/** What is sent to an MCP server beside the messages. */
export interface ServerHeaders {
  authorization?: string
  headers?: Readonly<Record<string, string>>
}

/**
 * Says why these may not be sent to an MCP server, or null. Headers that frame the HTTP message or belong to the MCP session
 * are not theirs to set, and a value is one line. Values are never quoted: they are secrets.
 */
export function refusalOfServerHeaders({ authorization, headers = {} }: ServerHeaders): string | null {
  if (authorization !== undefined && !isValue(authorization)) return 'Its authorization cannot be sent in a header.'
  const entries = Object.entries(headers)
  if (entries.length > maxHeaders) return `It has more than ${maxHeaders} headers.`
  const characters = entries.reduce(
    (sum, [name, value]) => sum + name.length + value.length,
    authorization?.length ?? 0,
  )
  if (characters > maxCharacters) return `Its headers have more than ${maxCharacters} characters in all.`
  for (const [name, value] of entries) {
    if (!/^[!#$%&'*+.^_`|~\w-]{1,256}$/.test(name)) return 'The name of one of its headers is not one.'
    if (isReserved(name.toLowerCase())) return `Its header ${name} is not for a client to set.`
    if (!isValue(value)) return `The value of its header ${name} cannot be sent in a header.`
  }
  return null
}

const maxHeaders = 64
/** As much as most servers take. */
const maxCharacters = 16_384

const framing = ['host', 'content-length', 'transfer-encoding', 'connection', 'keep-alive', 'te', 'trailer', 'upgrade']
const reserved = [...framing, 'expect', 'last-event-id']

function isReserved(name: string): boolean {
  return reserved.includes(name) || name.startsWith('mcp-') || name.startsWith('proxy-')
}

/** Latin-1 without control characters; so no line breaks. */
function isValue(text: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(text)
}
