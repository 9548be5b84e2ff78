import type { WebSocket } from 'ws'
import { Unmet } from '../judgement/unmet.ts'
import { makeMailbox, type Mailbox } from './mailbox.ts'
import { came, sent, type Trace } from './trace.ts'
import { readEvent } from './wire-event.ts'

export interface Closing {
  code: number
  reason: string
}

/** One open WebSocket, and all that came on it. */
export interface Connection extends Pick<Mailbox, 'events' | 'next'> {
  /** The subprotocol that the server selected; empty if none. */
  readonly protocol: string
  /** What came that is no event, in words; a server sends none of it. */
  readonly strays: readonly string[]
  /** Sends an event, with an `event_id` of its own unless it brings one, and answers that id. */
  send(event: object): string
  sendFrame(frame: string | Uint8Array): void
  /** Resolves with the payload of the next pong. */
  ping(payload: string): Promise<string>
  /** Resolves once the connection is closed, by whomever; throws `Unmet` if that takes too long. */
  closing(): Promise<Closing>
  close(): Promise<void>
}

export function makeConnection(socket: WebSocket, patienceMs: number, trace: Trace): Connection {
  const mailbox = makeMailbox(patienceMs, trace)
  const strays: string[] = []
  let sentSoFar = 0
  const closed = new Promise<Closing>((resolve) => {
    socket.once('close', (code, reason) => {
      mailbox.end(`the connection was closed: ${code} ${reason.toString()}`.trim())
      trace.add(`← closed ${code} ${reason.toString()}`.trim())
      resolve({ code, reason: reason.toString() })
    })
  })
  socket.on('error', () => {})
  socket.on('message', (data: Buffer, isBinary) => {
    const event = isBinary ? 'a binary frame' : readEvent(data.toString('utf8'))
    if (typeof event === 'string') {
      strays.push(event)
      return trace.add(`← ${event}`)
    }
    trace.add(came(event))
    mailbox.put(event)
  })

  return {
    events: mailbox.events,
    next: mailbox.next,
    strays,
    protocol: socket.protocol,
    send(event) {
      sentSoFar += 1
      const named = { event_id: `check_${sentSoFar}`, ...event }
      trace.add(sent(event))
      socket.send(JSON.stringify(named))
      return named.event_id
    },
    sendFrame(frame) {
      trace.add(typeof frame === 'string' ? `→ ${frame.slice(0, 80)}` : '→ a binary frame')
      socket.send(frame)
    },
    ping(payload) {
      const pong = new Promise<string>((resolve) => socket.once('pong', (data) => resolve(data.toString('utf8'))))
      socket.ping(payload)
      return within(patienceMs, pong, 'a pong')
    },
    closing: () => within(patienceMs, closed, 'the connection to be closed'),
    async close() {
      socket.close(1000)
      const timer = setTimeout(() => socket.terminate(), 1_000)
      await closed
      clearTimeout(timer)
    },
  }
}

async function within<T>(ms: number, promise: Promise<T>, expected: string): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Unmet(expected, `nothing for ${ms} ms`)), ms)
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
