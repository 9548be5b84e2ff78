import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { Closable } from '@voicebox/kernel'
import { makeToolServer } from './tool-server.ts'

export interface McpTestServerOptions {
  /** Demands this bearer token of every request. */
  token?: string
  /** Speaks the transport of the protocol's first version. Absent: the streamable one. */
  isOld?: boolean
}

/** An HTTP request as the server has seen it. */
export interface McpRequest {
  httpMethod: string
  headers: IncomingHttpHeaders
  /** The JSON-RPC method, if it has one, such as `tools/call`. */
  method: string | undefined
  params: unknown
}

/** A real MCP server on this machine, whose tools are `echo` (read-only), `add`, `fail` and `slow`. */
export interface McpTestServer extends Closable {
  /** Its endpoint, for `server_url`. */
  readonly url: string
  /** For `VOICEBOX_MCP_ALLOW`. */
  readonly origin: string
  /** All requests so far, oldest first. */
  readonly requests: readonly McpRequest[]
  /** How many calls of `slow` were cancelled by the client. */
  cancelledCalls(): number
  close(): Promise<void>
}

export async function startMcpServer({ token, isOld = false }: McpTestServerOptions = {}): Promise<McpTestServer> {
  const requests: McpRequest[] = []
  const sessions = new Map<string, StreamableHTTPServerTransport | SSEServerTransport>()
  let cancelled = 0
  const open = async (transport: StreamableHTTPServerTransport | SSEServerTransport): Promise<void> => {
    await makeToolServer(() => (cancelled += 1)).connect(transport)
  }
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => response.destroy(error as Error))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: `${origin}/mcp`,
    origin,
    requests,
    cancelledCalls: () => cancelled,
    async close() {
      if (!server.listening) return
      server.close()
      server.closeAllConnections()
      await Promise.all([...sessions.values()].map((transport) => transport.close()))
      await once(server, 'close')
    },
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method: httpMethod = '', headers } = request
    const body = httpMethod === 'POST' ? ((await json(request)) as { method?: string; params?: unknown }) : {}
    requests.push({ httpMethod, headers, method: body.method, params: body.params })
    if (token !== undefined && headers.authorization !== `Bearer ${token}`) {
      response.writeHead(401).end(`Not the token: ${headers.authorization ?? 'none'}`)
      return
    }
    await (isOld ? serveOld : serveStreamable)(request, response, body)
  }

  async function serveStreamable(request: IncomingMessage, response: ServerResponse, body: object): Promise<void> {
    const id = request.headers['mcp-session-id']
    const known = typeof id === 'string' ? sessions.get(id) : undefined
    if (known instanceof StreamableHTTPServerTransport) {
      await known.handleRequest(request, response, body)
      return
    }
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (sessionId) => void sessions.set(sessionId, transport),
      onsessionclosed: (sessionId) => void sessions.delete(sessionId),
    })
    await open(transport)
    await transport.handleRequest(request, response, body)
  }

  async function serveOld(request: IncomingMessage, response: ServerResponse, body: object): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', origin)
    if (request.method === 'GET' && pathname === '/mcp') {
      const transport = new SSEServerTransport('/messages', response)
      sessions.set(transport.sessionId, transport)
      await open(transport)
      return
    }
    const session = sessions.get(searchParams.get('sessionId') ?? '')
    if (session instanceof SSEServerTransport) await session.handlePostMessage(request, response, body)
    else response.writeHead(405).end()
  }
}
