import { serverEvents, type ServerEvent, type ServerEventOf, type ServerEventType } from '@voicebox/protocol'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { apiKey } from './stack.ts'

const schema = z.discriminatedUnion('type', serverEvents)

/** A bare client: sends what it is told to, keeps all that comes, and fails on an event that is not of the protocol. */
export interface Client {
  readonly events: ServerEvent[]
  readonly closed: Promise<{ code: number; reason: string }>
  send(event: object): void
  sendText(text: string): void
  socket: WebSocket
  /** The next event of this type (that no earlier call has answered) for which `matches` holds. */
  next<T extends ServerEventType>(type: T, matches?: (event: ServerEventOf<T>) => boolean): Promise<ServerEventOf<T>>
  of<T extends ServerEventType>(type: T): ServerEventOf<T>[]
  close(): Promise<void>
}

export interface ClientOptions {
  key?: string
  query?: string
  protocols?: string[]
  headers?: Record<string, string>
  waitMs?: number
}

/** Connects; resolves with the open socket, whatever the server says on it. */
export async function connect(url: string, options: ClientOptions = {}): Promise<Client> {
  const { key = apiKey, query = '?model=gpt-realtime', protocols = [], headers = {}, waitMs = 20_000 } = options
  const socket = new WebSocket(url + query, protocols, {
    headers: { ...(key === '' ? {} : { authorization: `Bearer ${key}` }), ...headers },
  })
  const events: ServerEvent[] = []
  const answered = new Set<ServerEvent>()
  const waiting = new Set<() => void>()
  let failure: Error | null = null

  socket.on('message', (data: Buffer) => {
    const result = schema.safeParse(JSON.parse(data.toString('utf8')))
    if (result.success) events.push(result.data)
    else
      failure = new Error(
        `Not an event of the protocol: ${data.toString('utf8').slice(0, 500)}\n${result.error.message}`,
      )
    for (const look of [...waiting]) look()
  })
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => {
      failure ??= new Error(`Closed with ${code} ${reason.toString()}`)
      for (const look of [...waiting]) look()
      resolve({ code, reason: reason.toString() })
    })
  })
  await new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  socket.on('error', () => {})

  return {
    events,
    closed,
    socket,
    send: (event) => socket.send(JSON.stringify(event)),
    sendText: (text) => socket.send(text),
    next(type, matches = () => true) {
      return new Promise((resolve, reject) => {
        const look = (): void => {
          const found = events.find((event) => event.type === type && !answered.has(event) && matches(event as never))
          if (found === undefined && failure === null) return
          clearTimeout(timer)
          waiting.delete(look)
          if (found === undefined) return reject(failure ?? new Error('closed'))
          answered.add(found)
          resolve(found as never)
        }
        const timer = setTimeout(() => {
          waiting.delete(look)
          reject(new Error(`No '${type}' within ${waitMs} ms; came: ${summary(events)}`))
        }, waitMs)
        waiting.add(look)
        look()
      })
    },
    of: (type) => events.filter((event) => event.type === type) as never,
    async close() {
      socket.close()
      await closed
    },
  }
}

/** The types that came, repeated ones counted. */
export function summary(events: readonly ServerEvent[]): string {
  const runs: { type: string; times: number }[] = []
  for (const { type } of events) {
    const last = runs.at(-1)
    if (last?.type === type) last.times += 1
    else runs.push({ type, times: 1 })
  }
  return runs.map(({ type, times }) => (times > 1 ? `${type} ×${times}` : type)).join(', ')
}
