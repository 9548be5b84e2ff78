import type { ToolError } from '@voicebox/streams'

/** What asking an MCP server came to. */
export type Answer<T> = { value: T } | { error: ToolError }

/** JSON-RPC's own codes for what went wrong in an exchange, and MCP's for a connection that is gone. */
const rpcCodes = {
  parseError: -32700,
  invalidRequest: -32600,
  invalidParams: -32602,
  internalError: -32603,
  connectionClosed: -32000,
} as const

/** What a gateway would answer for a server that gives it none, or none that can be used. */
const gatewayStatus = { badGateway: 502, gatewayTimeout: 504 } as const

export function protocolError(code: keyof typeof rpcCodes, message: string): ToolError {
  return { type: 'protocol_error', code: rpcCodes[code], message }
}

export function httpError(status: keyof typeof gatewayStatus, message: string): ToolError {
  return { type: 'http_error', code: gatewayStatus[status], message }
}

export const notMcp = protocolError('parseError', 'The server’s answer is not MCP')

/** An object of JSON, or null for anything else. */
export function asObject(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null
}
