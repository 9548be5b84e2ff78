import { difference, saying, type Shape } from '../judgement/shape.ts'
import { Unmet } from '../judgement/unmet.ts'
import { summary, type Trace } from './trace.ts'
import type { WireEvent } from './wire-event.ts'

export interface Wanted {
  /** Which event of the type is meant; others are left for later. */
  where?: Shape
  /** What the meant event must look like. */
  shape?: Shape
  /** How long the server may say nothing at all; default: the check's patience. */
  patienceMs?: number
}

/** The events of one connection: each is answered to one caller of `next` at most. */
export interface Mailbox {
  readonly events: readonly WireEvent[]
  put(event: WireEvent): void
  /** No event will come any more. */
  end(reason: string): void
  /**
   * The oldest event of this type (or of one of these) that no earlier call was given. Throws `Unmet` if an `error` nobody waits for came
   * instead, if the connection ended, or if the server fell silent.
   */
  next(type: string | readonly string[], wanted?: Wanted): Promise<WireEvent>
}

export function makeMailbox(patienceMs: number, trace: Trace): Mailbox {
  const events: WireEvent[] = []
  const taken = new Set<WireEvent>()
  const waiting = new Set<() => void>()
  let ended: string | null = null
  const wake = (): void => [...waiting].forEach((look) => look())

  return {
    events,
    put(event) {
      events.push(event)
      wake()
    },
    end(reason) {
      ended ??= reason
      wake()
    },
    next(type, { where = {}, shape = {}, patienceMs: patience = patienceMs } = {}) {
      const { promise, resolve, reject } = Promise.withResolvers<WireEvent>()
      const types = typeof type === 'string' ? [type] : type
      const named = types.join(' or ')
      const meant = difference({}, where) === null ? named : `${named} with ${saying(where)}`
      let timer: ReturnType<typeof setTimeout>
      const finish = (settle: () => void): void => {
        clearTimeout(timer)
        waiting.delete(look)
        settle()
      }
      const look = (): void => {
        clearTimeout(timer)
        timer = setTimeout(() => finish(() => reject(new Unmet(meant, `nothing for ${patience} ms`))), patience)
        const open = events.filter((event) => !taken.has(event))
        const found = open.find((event) => types.includes(event.type) && difference(event, where) === null)
        const complaint = open.find((event) => event.type === 'error')
        if (found !== undefined) {
          taken.add(found)
          const wrong = difference(found, shape)
          if (wrong === null) return finish(() => resolve(found))
          return finish(() => reject(new Unmet(`${found.type}: ${wrong.path} to be ${wrong.expected}`, wrong.came)))
        }
        if (complaint !== undefined && !types.includes('error')) {
          taken.add(complaint)
          return finish(() => reject(new Unmet(meant, summary(complaint))))
        }
        if (ended !== null) {
          trace.add(`(${ended})`)
          finish(() => reject(new Unmet(meant, ended ?? 'the end')))
        }
      }
      waiting.add(look)
      look()
      return promise
    },
  }
}
