import type { ServerEvent, ServerEventOf, ServerEventType } from '@voicebox/protocol'
import type { Transcript } from '../transcript.ts'

/** What comes to a client: written down, and given to whoever waits for it. */
export interface Inbox {
  add(event: ServerEvent): void
  /** Nothing more comes. */
  end(why: string): void
  /** From here on events are looked for. */
  mark(): void
  /** The next event of a type since the mark that no earlier call has answered. Rejects with `Stuck` when there is none in time. */
  next<T extends ServerEventType>(
    type: T | readonly T[],
    matches?: (event: ServerEventOf<T>) => boolean,
  ): Promise<ServerEventOf<T>>
}

/** Something that a client waited for did not come. */
export class Stuck extends Error {
  override readonly name = 'Stuck'
}

export interface InboxOptions {
  transcript: Pick<Transcript, 'received'>
  now(): number
  waitMs: number
}

export function makeInbox({ transcript: { received }, now, waitMs }: InboxOptions): Inbox {
  const answered = new Set<ServerEvent>()
  const waiting = new Set<(event: ServerEvent | null) => void>()
  let marked = 0
  let ended: string | null = null

  return {
    add(event) {
      received.push({ atMs: Math.round(now()), event })
      for (const look of [...waiting]) look(event)
    },
    end(why) {
      ended = why
      for (const look of [...waiting]) look(null)
    },
    mark() {
      marked = received.length
      answered.clear()
    },
    next<T extends ServerEventType>(
      type: T | readonly T[],
      matches: (event: ServerEventOf<T>) => boolean = () => true,
    ) {
      const types: readonly string[] = [type].flat()
      const isIt = (event: ServerEvent): event is ServerEventOf<T> =>
        types.includes(event.type) && !answered.has(event) && matches(event as ServerEventOf<T>)
      return new Promise<ServerEventOf<T>>((resolve, reject) => {
        const timer = setTimeout(() => fail(`${types.join(' or ')} within ${waitMs} ms`), waitMs)
        const look = (event: ServerEvent | null): void => {
          if (event === null) return fail(`${types.join(' or ')}: ${ended}`)
          if (!isIt(event)) return
          leave()
          answered.add(event)
          resolve(event)
        }
        const leave = (): void => {
          clearTimeout(timer)
          waiting.delete(look)
        }
        const fail = (why: string): void => {
          leave()
          reject(new Stuck(why))
        }
        waiting.add(look)
        const there = received.slice(marked).find(({ event }) => isIt(event))
        if (there !== undefined) look(there.event)
        else if (ended !== null) look(null)
      })
    },
  }
}
