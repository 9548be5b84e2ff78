import type { Effect } from './effect.ts'
import { type Errand, isErrand } from './errand.ts'
import type { Input } from './input.ts'
import { recordsOf, stateFrom } from './records.ts'
import type { SessionState } from './state.ts'
import { step } from './step.ts'

/** What a client hears. */
export type Outward = Extract<Effect, { kind: 'send' | 'send_audio' | 'end_audio' | 'show_item' }>
type Save = Extract<Effect, { kind: 'save_item' }>

/**
 * Drives a session as processes do that may die: what the workers said is in a log that can be read again, all else is kept
 * before anything that follows from it leaves the process.
 */
export class Driven {
  state: SessionState
  /** What has reached the client, each in the place of its number. */
  readonly sent: Outward[] = []
  /** What others were asked to do, perhaps more than once. */
  readonly asked: Errand[] = []
  /** What has happened in the session, in the order that counts. */
  readonly inputs: Input[] = []
  /** What is kept: records by name, and items by id. */
  readonly records = new Map<string, unknown>()
  readonly saved = new Map<string, Save>()
  #latest: ReadonlyMap<string, unknown> = new Map()
  #kept = { sent: 0, inputs: 0 }
  #errands: Errand[] = []
  #new = emptyBatch()

  constructor(state: SessionState) {
    this.state = state
    this.feed({ kind: 'connected' })
    this.commit()
  }

  /** So many of what has reached the client is kept. */
  get keptSent(): number {
    return this.#kept.sent
  }

  feed(input: Input): void {
    this.inputs.push(input)
    this.#take(input)
  }

  /** Keeps what has changed, and lets go of what waited for that. */
  commit(): void {
    const before = this.#latest
    this.#latest = recordsOf(this.state)
    for (const name of before.keys()) if (!this.#latest.has(name)) this.records.delete(name)
    for (const [name, record] of this.#latest) {
      if (before.get(name) !== record) this.records.set(name, structuredClone(record))
    }
    for (const effect of this.#new.effects) {
      if (effect.kind === 'save_item') this.saved.set(effect.item.id, effect)
      if (effect.kind === 'forget_item' || effect.kind === 'put_away') this.saved.delete(effect.itemId)
    }
    this.sent.push(...this.#new.waiting)
    this.#errands = this.#new.effects.filter(isErrand)
    this.asked.push(...this.#errands)
    this.#kept = { sent: this.sent.length, inputs: this.inputs.length }
    this.#new = emptyBatch()
  }

  /** The process dies, and another goes on. Answers what the client had heard of what was not kept, and what nobody knows of any more. */
  die(): { heard: Outward[]; lost: Input[] } {
    const heard = this.sent.splice(this.#kept.sent)
    const tail = this.inputs.splice(this.#kept.inputs)
    this.#new = emptyBatch()
    this.state = stateFrom(this.records)
    this.#latest = recordsOf(this.state)
    this.asked.push(...this.#errands) // perhaps that had not been done yet
    for (const input of tail.filter(isResult)) this.feed(input)
    this.#take({ kind: 'resumed', heardMs: this.state.buffer.heardMs })
    return { heard, lost: tail.filter((input) => !isResult(input)) }
  }

  #take(input: Input): void {
    const [state, effects] = step(this.state, input)
    this.state = state
    this.#new.mustWait ||= !isResult(input)
    const outward = this.#new.mustWait ? this.#new.waiting : this.sent
    outward.push(...effects.filter(isOutward))
    this.#new.effects.push(...effects)
  }
}

/** What has happened since the last commit. */
function emptyBatch(): { effects: Effect[]; waiting: Outward[]; mustWait: boolean } {
  return { effects: [], waiting: [], mustWait: false }
}

/** Whether an input comes from the session log. */
export function isResult({ kind }: Input): boolean {
  return resultKinds.has(kind)
}

export function isOutward(effect: Effect): effect is Outward {
  return ['send', 'send_audio', 'end_audio', 'show_item'].includes(effect.kind)
}

const resultKinds: ReadonlySet<Input['kind']> = new Set<Input['kind']>([
  'transcript_interim',
  'transcript_final',
  'transcript_failed',
  'text_generated',
  'call_started',
  'call_arguments',
  'generation_finished',
  'generation_failed',
  'segment_planned',
  'audio_generated',
  'segment_spoken',
  'segment_failed',
  'tools_listed',
  'listing_failed',
  'tool_called',
  'tool_failed',
])
