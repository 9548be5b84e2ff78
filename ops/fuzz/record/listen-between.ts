import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { WebSocket, WebSocketServer } from 'ws'

/** A server that passes everything on to another and keeps what clients say. */
export interface Between {
  url: string
  /** The text frames of each connection. */
  readonly transcripts: readonly string[][]
  close(): Promise<void>
}

const passed = ['authorization', 'openai-beta', 'api-key']

/** `upstream` is the address of the Realtime endpoint. */
export async function listenBetween(upstream: string): Promise<Between> {
  const { origin, pathname } = new URL(upstream)
  const transcripts: string[][] = []
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  server.on('connection', (client, request) => {
    const frames: string[] = []
    transcripts.push(frames)
    const headers = Object.fromEntries(
      passed.flatMap((name) => (request.headers[name] ? [[name, request.headers[name]]] : [])),
    )
    const protocols = request.headers['sec-websocket-protocol']?.split(',').map((name) => name.trim()) ?? []
    const other = new WebSocket(`${origin}${request.url ?? pathname}`, protocols, { headers })
    const opened = once(other, 'open')
    client.on('message', (data: Buffer, isBinary) => {
      if (!isBinary) frames.push(data.toString('utf8'))
      void opened.then(() => other.send(isBinary ? data : data.toString('utf8')))
    })
    other.on('message', (data: Buffer, isBinary) => client.send(isBinary ? data : data.toString('utf8')))
    other.on('close', (code) => client.close(code === 1005 || code === 1006 ? 1000 : code))
    client.on('close', () => other.close())
    for (const socket of [client, other]) socket.on('error', () => {})
    opened.catch(() => client.close(1011))
  })
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}${pathname}`,
    transcripts,
    async close() {
      for (const client of server.clients) client.terminate()
      server.close()
      await once(server, 'close')
    },
  }
}
