import type { SessionId } from '@voicebox/kernel'
import type { ServerEvent, ServerEventOf, ServerEventType } from '@voicebox/protocol'
import { numberOf } from '../session/event-ids.ts'
import type { Line } from './line.ts'
import { isNumbered } from './tape.ts'

/** Where a client goes on that comes back. */
export interface Return {
  sessionId: SessionId
  lastEventId: string
  /** How many events it has sent. */
  sentEvents: number
}

export interface TalkerOptions {
  /** Connects: to begin, or to go on. */
  dial(back: Return | null): Line
  /** Long enough for a busy machine. */
  waitMs?: number
}

/** A client of one session that comes back whenever its connection is lost, and sends again what was not taken. */
export interface Talker {
  /** What it was told over all connections, less what only says that the session goes on. */
  readonly events: readonly ServerEvent[]
  /** What was said when the session went on. */
  readonly resumed: readonly ServerEventOf<'session.resumed'>[]
  readonly sessionId: SessionId | null
  readonly line: Line
  readonly connections: number
  /** Why it does not come back any more; null as long as it does. */
  readonly over: { code: number; reason: string } | null
  send(event: object): void
  /** Waits until `find` finds something in what it was told; fails with `what` after a time. */
  until<T>(what: string, find: (events: readonly ServerEvent[]) => T | undefined): Promise<T>
  of<T extends ServerEventType>(type: T): ServerEventOf<T>[]
  /** Waits for the n-th event of a type, from 1. */
  nth<T extends ServerEventType>(type: T, n?: number): Promise<ServerEventOf<T>>
  /** Ends the session. */
  close(): void
  /** Comes back no more, and says nothing of that. */
  leave(): void
}

const append = '"input_audio_buffer.append"'

/** Codes after which a client does not come back. */
const final = new Set([1000, 1001, 1011, 4000, 4001])

export function startTalker({ dial, waitMs = 30_000 }: TalkerOptions): Talker {
  const events: ServerEvent[] = []
  const resumed: ServerEventOf<'session.resumed'>[] = []
  const sent: string[] = []
  const waiting = new Set<() => void>()
  let sessionId: SessionId | null = null
  let lastEventId = ''
  let connections = 0
  let isOpen = false
  let over: Talker['over'] = null
  let line = connect(null)

  function connect(back: Return | null): Line {
    connections += 1
    const opened = dial(back)
    isOpen = back === null
    opened.onText = (text) => hear(JSON.parse(text) as ServerEvent, opened)
    for (const text of opened.received) opened.onText(text) // a session is created at once
    void opened.closed.then(lose)
    return opened
  }

  function hear(event: ServerEvent, from: Line): void {
    if (event.type === 'session.resumed') {
      resumed.push(event)
      return goOn(event.received, from)
    }
    events.push(event)
    if (event.type === 'session.created') sessionId = event.session.id as SessionId
    if (isNumbered(event) && isOwn(event)) lastEventId = event.event_id
    for (const look of [...waiting]) look()
  }

  /** What a gateway says that could not go on with the session is no place in it. */
  function isOwn({ event_id }: ServerEvent): boolean {
    return sessionId === null || numberOf(sessionId, event_id) !== null
  }

  /** Not before the gateway has ended its own sentence, as over a network. */
  function goOn({ events: taken, audio_from }: ServerEventOf<'session.resumed'>['received'], to: Line): void {
    const again = sent.filter((text, at) => at >= taken || (at >= audio_from - 1 && text.includes(append)))
    isOpen = true
    queueMicrotask(() => {
      for (const text of again) to.send(text)
    })
  }

  function lose(how: { code: number; reason: string }): void {
    isOpen = false
    if (over === null && final.has(how.code)) over = how
    for (const look of [...waiting]) look()
    setTimeout(() => {
      if (over === null) comeBack()
    }, 1)
  }

  function comeBack(): void {
    if (sessionId !== null) {
      line = connect({ sessionId, lastEventId, sentEvents: sent.length })
      return
    }
    events.length = 0 // nobody knows of the session: all begins anew
    line = connect(null)
    for (const text of sent) line.send(text)
  }

  const talker: Talker = {
    events,
    resumed,
    get sessionId() {
      return sessionId
    },
    get line() {
      return line
    },
    get connections() {
      return connections
    },
    get over() {
      return over
    },
    send(event) {
      const text = JSON.stringify(event)
      sent.push(text)
      if (isOpen) line.send(text)
    },
    until(what, find) {
      return new Promise((resolve, reject) => {
        const look = (): void => {
          const found = find(events)
          if (found === undefined && over === null) return
          clearTimeout(timer)
          waiting.delete(look)
          if (found !== undefined) resolve(found)
          else
            reject(
              new Error(`${what} did not come before the end: ${over?.code} ${over?.reason}\n${summaryOf(events)}`),
            )
        }
        const timer = setTimeout(() => {
          waiting.delete(look)
          reject(new Error(`${what} did not come on ${connections} connections\n${summaryOf(events)}`))
        }, waitMs)
        waiting.add(look)
        look()
      })
    },
    of: (type) => events.filter((event) => event.type === type) as never,
    nth: (type, n = 1) => talker.until(`${type} ${n}`, () => talker.of(type)[n - 1]),
    close() {
      over = { code: 1000, reason: '' }
      line.close()
    },
    leave() {
      over = { code: 1000, reason: '' }
    },
  }
  return talker
}

/** What a failure shows of a session. */
function summaryOf(events: readonly ServerEvent[]): string {
  return events
    .slice(-60)
    .map((event) => `${event.event_id.slice(-9)} ${event.type}${event.type === 'error' ? ` ${event.error.code}` : ''}`)
    .join('\n')
}
