import type { McpServer } from '@voicebox/streams'

/** What the client wants to be sent. `authorization` is a bearer token unless it names another scheme, and beats a header of that name. */
export function headersFor({ authorization, headers = {} }: McpServer): Record<string, string> {
  if (authorization === undefined) return headers
  const others = Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization')
  const value = /^[\w-]+\s+\S/.test(authorization) ? authorization : `Bearer ${authorization}`
  return { ...Object.fromEntries(others), authorization: value }
}
