import { defaultSession, type ServerEventBody } from '@voicebox/protocol'
import fc from 'fast-check'
import { expect } from 'vitest'
import { Driven, isResult, type Outward } from './driven.testing.ts'
import { type Action, histories } from './histories.testing.ts'
import { openSession } from './open.ts'
import { Simulation } from './simulation.testing.ts'
import type { SessionLimits, SessionState } from './state.ts'

/** What happens to the process after an input: nothing, it keeps its state, or it dies; what was lost with it is done again, or never. */
export type Fate = 'on' | 'commit' | 'die' | 'die and lose'

export const fates = fc.array(
  fc.constantFrom<Fate>('on', 'on', 'on', 'on', 'commit', 'commit', 'die', 'die and lose'),
  {
    minLength: 1,
    maxLength: 40,
    size: 'max',
  },
)

/** Any history, the fates of the processes that it is lived in, and what the speech-to-text engine is like. */
export const lives = fc.record({
  actions: histories,
  fates,
  engine: fc.record({ settlesWords: fc.boolean(), transcribesLive: fc.boolean(), keepsHistory: fc.boolean() }),
})
export interface Life {
  actions: Action[]
  fates: Fate[]
  engine: Partial<SessionLimits>
}

/** How often lives came to what they are to show. */
export interface Reached {
  deaths: number
  /** Events that reached the client from a process that died before it had kept them. */
  again: number
  /** Inputs that were lost with a process. */
  lost: number
  /** Pieces of audio that waited for their turn when a process died. */
  held: number
}

export const reachedNothing = (): Reached => ({ deaths: 0, again: 0, lost: 0, held: 0 })

/** A session that tells its words, and whose bounds are soon reached. */
export function begin(engine: Partial<SessionLimits>): SessionState {
  const session = defaultSession({ id: sessionId, model: 'gpt-realtime', expiresAt: 4_000_000_000 })
  const { input } = session.audio
  const transcription = { model: 'whisper-1', language: null, prompt: null }
  const audio = { ...session.audio, input: { ...input, transcription } }
  return openSession({ session: { ...session, audio }, sessionId, limits: { ...tight, ...engine } })
}

const sessionId = 'sess_abcdefghijklmnopqrstu'
const tight = { inputBufferMs: 4_000, heldAudioSamples: 12, items: 8, outOfBand: 2, keptAudioMs: 2_000 }

/** Lives through a history, in as many processes as it takes. */
export function live({ actions, fates, engine }: Life, reached: Reached): Driven {
  const scout = new Simulation()
  scout.state = begin(engine)
  for (const act of actions) act(scout)
  const driven = new Driven(begin(engine))
  for (const [at, input] of scout.inputs.slice(1).entries()) {
    driven.feed(input)
    // what must wait for a commit mostly gets one at once
    if (!isResult(input) && fates[(at + 1) % fates.length] !== 'on') driven.commit()
    meet(driven, fates[at % fates.length] ?? 'on', reached)
  }
  driven.commit()
  return driven
}

/** Lets the process meet its fate. What a client has heard of one that dies is made again to the letter. */
export function meet(driven: Driven, fate: Fate, reached: Reached): void {
  if (fate === 'on') return
  if (fate === 'commit') return driven.commit()
  const { heard, lost } = driven.die()
  expect(driven.sent.slice(driven.keptSent, driven.keptSent + heard.length)).toEqual(heard)
  reached.deaths += 1
  reached.again += heard.length
  reached.lost += lost.length
  reached.held += [...driven.records.keys()].filter((name) => name.startsWith('held:')).length
  // the ears go on behind what was heard, so that is heard again in any case
  for (const input of lost) if (fate === 'die' || input.kind === 'audio_heard') driven.feed(input)
}

export function eventsIn(sent: readonly Outward[]): ServerEventBody[] {
  return sent.flatMap((effect) => (effect.kind === 'send' ? [effect.event] : []))
}
