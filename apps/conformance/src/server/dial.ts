import { WebSocket } from 'ws'
import { type Connection, makeConnection } from './connection.ts'
import type { Target } from './target.ts'
import type { Trace } from './trace.ts'

export interface DialOptions {
  /** Replaces the whole URL. */
  url?: string
  /** Query of the URL; default: the model. */
  query?: Record<string, string> | string
  /** Null: none is shown. */
  key?: string | null
  headers?: Record<string, string>
  protocols?: readonly string[]
}

/** What came of dialling: an open connection, an HTTP answer instead of one, or no answer at all. */
export type Dialled =
  { kind: 'open'; connection: Connection } | { kind: 'refused'; status: number } | { kind: 'failed'; reason: string }

/** Opens a WebSocket to the server, whatever it then says on it. */
export function dial(target: Target, options: DialOptions, trace: Trace): Promise<Dialled> {
  const { query = { model: target.model }, key = target.key, headers = {}, protocols = [] } = options
  const search = typeof query === 'string' ? query : new URLSearchParams(query).toString()
  const url = (options.url ?? target.url) + (search === '' ? '' : `?${search}`)
  const { promise, resolve } = Promise.withResolvers<Dialled>()
  const socket = new WebSocket(url, [...protocols], {
    headers: { ...(key === null ? {} : { authorization: `Bearer ${key}` }), ...headers },
    handshakeTimeout: target.patienceMs,
    rejectUnauthorized: !target.isInsecure,
    maxPayload: 64 * 1024 * 1024,
  })
  trace.add(`→ GET ${new URL(url).pathname}${search === '' ? '' : `?${search}`}`)
  // Listening begins with the opening itself: what the server says at once is heard.
  socket.once('open', () => resolve({ kind: 'open', connection: makeConnection(socket, target.patienceMs, trace) }))
  socket.once('unexpected-response', (request, response) => {
    trace.add(`← HTTP ${response.statusCode ?? 0}`)
    request.destroy()
    resolve({ kind: 'refused', status: response.statusCode ?? 0 })
  })
  socket.once('error', (error) => resolve({ kind: 'failed', reason: error.message }))
  return promise
}
