import { SseError } from '@modelcontextprotocol/sdk/client/sse.js'
import { StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { McpError } from '@modelcontextprotocol/sdk/types.js'
import type { ToolError } from '@voicebox/streams'
import { httpError, notMcp, protocolError } from './answer.ts'
import { notPublic } from '@voicebox/outbound'

/**
 * Says what went wrong with an MCP server, in words that still may contain what it said.
 *
 * - JSON-RPC errors keep their code.
 * - An HTTP status other than success keeps its number.
 * - A server that cannot be reached, or breaks off, is `http_error` 502; one that takes too long (see the connection), 504.
 * - One at an address that is not public is `protocol_error` -32600; an answer that is not MCP, -32700.
 */
export function toolErrorOf(error: unknown): ToolError {
  if (error instanceof McpError) {
    return { type: 'protocol_error', code: error.code, message: error.message.replace(/^MCP error -?\d+: /, '') }
  }
  const status = statusOf(error)
  if (status !== undefined) return { type: 'http_error', code: status, message: statusMessage(status, error as Error) }
  const code = systemCode(error)
  if (code === notPublic)
    return protocolError('invalidRequest', 'The server’s name leads to an address that is not public')
  if (code !== undefined && !broken.includes(code))
    return httpError('badGateway', `The server cannot be reached (${code})`)
  if (code !== undefined || error instanceof TypeError)
    return httpError('badGateway', 'The connection to the server broke')
  return notMcp
}

/** Of connections that were made. */
const broken = ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']

/** The SDK gives the status as a code of its errors, except when a message could not be delivered by the old transport. */
export function statusOf(error: unknown): number | undefined {
  if (error instanceof StreamableHTTPError || error instanceof SseError) {
    return error.code !== undefined && error.code >= 100 ? error.code : undefined
  }
  // of others the message is not read: that of a validation grows with what was sent
  if (!(error instanceof Error) || error.constructor !== Error) return undefined
  const [, status] = /^Error POSTing to endpoint \(HTTP (\d{3})\)/.exec(error.message) ?? []
  return status === undefined ? undefined : Number(status)
}

function statusMessage(status: number, { message }: Error): string {
  const said = message
    .replace(/^((Streamable HTTP|SSE) error: )?(Error POSTing to endpoint( \(HTTP \d+\))?: ?)?/, '')
    .trim()
  return `The server answered HTTP ${status}${said === '' ? '' : `: ${said}`}`
}

function systemCode(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string' && /^[A-Z_\d]{1,64}$/.test(cause.code)) return cause.code
  }
  return undefined
}
