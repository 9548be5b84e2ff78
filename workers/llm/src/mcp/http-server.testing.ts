import { once } from 'node:events'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { aborted } from '@voicebox/kernel'

/** An HTTP server that does as it is told, which need not be MCP. */
export interface HttpServer {
  readonly origin: string
  readonly url: string
  readonly port: number
  /** Requests so far, as method and path. */
  readonly requests: readonly string[]
  /** Connections so far. */
  connections(): number
  close(): Promise<void>
}

export interface Message {
  id?: number
  method?: string
  params?: Record<string, unknown>
}

type Serve = (message: Message, response: ServerResponse, request: IncomingMessage) => void | Promise<void>

export async function startHttpServer(serve: Serve): Promise<HttpServer> {
  const requests: string[] = []
  let connections = 0
  const server = createServer((request, response) => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''}`)
    text(request)
      .then((body) => serve(body === '' ? {} : (JSON.parse(body) as Message), response, request))
      .catch((error: unknown) => response.destroy(error as Error))
  })
  server.on('connection', () => (connections += 1))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const origin = `http://127.0.0.1:${port}`
  return {
    origin,
    url: `${origin}/mcp`,
    port,
    requests,
    connections: () => connections,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** Speaks MCP as far as the introduction; `serve` does the rest. */
export function afterIntroduction(serve: Serve): Serve {
  return (message, response, request) => {
    if (message.method === 'initialize') {
      const serverInfo = { name: 'hostile', version: '1' }
      answer(message, response, { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo })
    } else if (message.id === undefined && request.method === 'POST') response.writeHead(202).end()
    else return serve(message, response, request)
  }
}

export function answer(message: Message, response: ServerResponse, result: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ jsonrpc: '2.0', id: message.id, result }))
}

/** Writes for as long as anyone reads. */
export async function writeForEver(response: ServerResponse, type: string, chunk: string, status = 200): Promise<void> {
  const left = new AbortController()
  response.once('close', () => left.abort())
  response.writeHead(status, { 'content-type': type })
  while (!left.signal.aborted) {
    if (!response.write(chunk)) await Promise.race([once(response, 'drain').catch(() => {}), aborted(left.signal)])
  }
}
