import { defaultSession } from '@voicebox/protocol'
import { placeOfAway } from './away.ts'
import type { Effect } from './effect.ts'
import type { Input } from './input.ts'
import { openSession, type SessionStart } from './open.ts'
import type { SessionLimits, SessionState } from './state.ts'
import { step } from './step.ts'

type SendEffect = Extract<Effect, { kind: 'send' }>

/** Runs a session in a test: keeps what happened, and speaks for workers that know the ids of what they work on. */
export class Simulation {
  state: SessionState
  readonly inputs: Input[] = []
  readonly effects: Effect[] = []

  constructor(limits: Partial<SessionLimits> = {}, start: Partial<SessionStart> = {}) {
    const session = defaultSession({
      id: 'sess_abcdefghijklmnopqrstu',
      model: 'gpt-realtime',
      expiresAt: 4_000_000_000,
    })
    this.state = openSession({ session, sessionId: 'sess_abcdefghijklmnopqrstu', limits, ...start })
    this.feed({ kind: 'connected' })
  }

  /** Feeds one input and answers its effects. */
  feed(input: Input): readonly Effect[] {
    const [state, effects] = step(this.state, input)
    this.state = state
    this.inputs.push(input)
    this.effects.push(...effects)
    return effects
  }

  client(event: Extract<Input, { kind: 'client_event' }>['event']): readonly Effect[] {
    return this.feed({ kind: 'client_event', event })
  }

  /** One whole spoken turn of the user, without its transcript. */
  speak(ms = 1_000): string {
    const startMs = this.state.buffer.heardMs
    this.feed({ kind: 'audio_heard', ms })
    this.feed({ kind: 'speech_started', startMs })
    this.feed({ kind: 'audio_heard', ms: 300 })
    this.feed({ kind: 'speech_stopped', endMs: this.state.buffer.heardMs })
    const item = this.state.entries.findLast((entry) => entry.transcription === 'pending')
    if (item === undefined) throw new Error('The turn was not committed')
    return item.item.id
  }

  get events(): SendEffect['event'][] {
    return sentIn(this.effects)
  }
}

/** The ids of the whole conversation in its order, what was put away included. */
export function conversationIn(state: SessionState): string[] {
  const away = state.away.flatMap(({ ids }) => ids)
  return state.entries.map(({ item }) => item.id).toSpliced(placeOfAway(state) ?? 0, 0, ...away)
}

export function sentIn(effects: readonly Effect[]): SendEffect['event'][] {
  return effects.flatMap((effect) => (effect.kind === 'send' ? [effect.event] : []))
}

export function typesIn(effects: readonly Effect[]): string[] {
  return effects.map((effect) => (effect.kind === 'send' ? effect.event.type : `(${effect.kind})`))
}

/** The id of the response in flight. */
export function responseIn(simulation: Simulation): `resp_${string}` {
  const { response } = simulation.state
  if (response === null) throw new Error('No response is in flight')
  return response.id
}

/** Lets the user write a message. */
export function userSays(simulation: Simulation, text: string): void {
  simulation.client({
    type: 'conversation.item.create',
    item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
  })
}
