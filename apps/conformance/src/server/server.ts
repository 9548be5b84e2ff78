import { isObject } from '../judgement/shape.ts'
import { Unmet } from '../judgement/unmet.ts'
import type { Connection } from './connection.ts'
import { dial, type Dialled, type DialOptions } from './dial.ts'
import { ask, type HttpAnswer } from './http.ts'
import { httpUrl, type Target } from './target.ts'
import type { Trace } from './trace.ts'
import type { WireEvent } from './wire-event.ts'

/** The server as one check sees it; what the check opens is closed with it. */
export interface Server {
  readonly target: Target
  dial(options?: DialOptions): Promise<Dialled>
  /** An open connection; throws `Unmet` if there is none. */
  connect(options?: DialOptions): Promise<Connection>
  /** A connection that the server has greeted. */
  open(options?: DialOptions): Promise<Session>
  /** Asks a path beside the endpoint, with the key unless another header says otherwise. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<HttpAnswer>
  get(path: string): Promise<HttpAnswer>
  close(): Promise<void>
}

export interface Session extends Connection {
  readonly greeting: WireEvent
  readonly kind: 'realtime' | 'transcription'
}

export function makeServer(target: Target, trace: Trace): Server {
  const opened: Connection[] = []
  const authorized = { authorization: `Bearer ${target.key}` }

  const server: Server = {
    target,
    async dial(options = {}) {
      const dialled = await dial(target, options, trace)
      if (dialled.kind === 'open') opened.push(dialled.connection)
      return dialled
    },
    async connect(options) {
      const dialled = await server.dial(options)
      if (dialled.kind === 'open') return dialled.connection
      const came = dialled.kind === 'refused' ? `HTTP ${dialled.status}` : dialled.reason
      throw new Unmet('an open WebSocket', came)
    },
    async open(options) {
      const connection = await server.connect(options)
      const greeting = await connection.next('session.created')
      const isTranscription = isObject(greeting['session']) && greeting['session']['type'] === 'transcription'
      return { ...connection, greeting, kind: isTranscription ? 'transcription' : 'realtime' }
    },
    async post(path, body, headers = authorized) {
      trace.add(`→ POST ${path}`)
      return answered(await ask(target, { method: 'POST', url: httpUrl(target, path), headers, body }))
    },
    async get(path) {
      trace.add(`→ GET ${path} (HTTP)`)
      return answered(await ask(target, { method: 'GET', url: httpUrl(target, path), headers: authorized }))
    },
    async close() {
      await Promise.all(opened.map((connection) => connection.close()))
    },
  }

  function answered(answer: HttpAnswer): HttpAnswer {
    const error =
      isObject(answer.body) && isObject(answer.body['error']) ? ` ${String(answer.body['error']['code'])}` : ''
    trace.add(`← HTTP ${answer.status}${error}`)
    return answer
  }
  return server
}
