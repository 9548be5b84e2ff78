import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { type FakeSession, makeFakeSession, type Mood } from './fake-session.ts'

/** What a gateway does with the next connection: before its upgrade, or as a session does. */
export type Reception = Mood | 'unavailable' | 'unauthorized' | 'asleep' | { error: string; close: number }

export interface FakeGateways {
  /** One for each gateway; they share their sessions. */
  readonly urls: readonly string[]
  readonly sessions: readonly FakeSession[]
  /** The one that the test is about. */
  readonly session: FakeSession
  /** What the next connections find, wherever they come; `kind` beyond it. */
  readonly receptions: Reception[]
  /** Every address that was asked for, and the gateway that was asked. */
  readonly asked: readonly { url: URL; gateway: number }[]
  forget(): void
  close(): Promise<void>
}

/** `onSilence` is called when a client is kept waiting for an answer that never comes. */
export async function startFakeGateways(count = 1, onSilence = (): void => {}): Promise<FakeGateways> {
  const sessions = new Map<string, FakeSession>()
  const receptions: Reception[] = []
  const asked: { url: URL; gateway: number }[] = []
  const connections = new Set<Socket>()
  const servers = await Promise.all(Array.from({ length: count }, (_, gateway) => start(gateway)))
  let made = 0

  return {
    urls: servers.map((server) => `ws://127.0.0.1:${(server.address() as AddressInfo).port}/v1/realtime`),
    get sessions() {
      return [...sessions.values()]
    },
    get session() {
      const [session] = [...sessions.values()].slice(-1)
      if (session === undefined) throw new Error('There is no session')
      return session
    },
    receptions,
    asked,
    forget: () => sessions.clear(),
    async close() {
      const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)))
      for (const socket of connections) socket.destroy() // also one that has not asked for anything yet
      await Promise.all(closed)
    },
  }

  async function start(gateway: number): Promise<Server> {
    const server = createServer()
    const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'realtime' })
    server.on('connection', (socket: Socket) => connections.add(socket))
    server.on('upgrade', (request, socket: Socket, head) => {
      socket.on('error', () => {}) // clients drop connections at any time
      const url = new URL(request.url ?? '/', 'ws://gateway')
      asked.push({ url, gateway })
      const reception = receptions.shift() ?? 'kind'
      if (reception === 'asleep' || reception === 'mute') setImmediate(onSilence)
      if (reception === 'asleep') return
      if (reception === 'unavailable') return void socket.end('HTTP/1.1 503 Service Unavailable\r\n\r\n')
      if (reception === 'unauthorized') return void socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n')
      sockets.handleUpgrade(request, socket, head, (client) => receive(client, url, reception))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return server
  }

  function receive(client: WebSocket, url: URL, reception: Mood | { error: string; close: number }): void {
    if (typeof reception !== 'string') return refuse(client, reception)
    const id = url.searchParams.get('session_id')
    if (id !== null) {
      const session = sessions.get(id)
      if (session === undefined) return refuse(client, { error: 'session_not_found', close: 4000 })
      return session.connect(
        client,
        url.searchParams.get('last_event_id'),
        url.searchParams.has('sent_events'),
        reception,
      )
    }
    const session = makeFakeSession(`sess_${String((made += 1)).padEnd(21, 'x')}`)
    sessions.set(session.id, session)
    session.connect(client, null, false, reception)
  }

  function refuse(client: WebSocket, { error, close }: { error: string; close: number }): void {
    const details = {
      type: 'invalid_request_error',
      code: error,
      message: `It is ${error}`,
      param: null,
      event_id: null,
    }
    client.send(JSON.stringify({ type: 'error', event_id: 'event_refused', error: details }))
    client.close(close, `invalid_request_error.${error}`)
  }
}
