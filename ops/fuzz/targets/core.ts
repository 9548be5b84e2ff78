import { isDeepStrictEqual } from 'node:util'
import { betaDialect, defaultSession, gaDialect, serverEvents } from '@voicebox/protocol'
import { type Effect, openSession, recordsOf, savesOf, type SessionState, stateFrom, step } from '@voicebox/session'
import { z } from 'zod'
import type { Target } from '../target.ts'
import { moveOf } from './moves.ts'
import { makeNames, type Names } from './names.ts'

const sessionId = 'sess_abcdefghijklmnopqrstu'
const told = z.discriminatedUnion('type', serverEvents)

/** The session core: frames of its client, and moves of all others. */
export const core: Target = {
  maxFrames: 40,
  run(frames) {
    const names = makeNames()
    const happened: string[] = []
    let state = open()
    for (const frame of frames) {
      const input = moveOf(names.resolve(frame), names, state.buffer.heardMs)
      if (input === null) continue
      const [next, effects] = step(state, input)
      const what = input.kind === 'client_event' ? input.event.type : input.kind
      for (const effect of effects) happened.push(`${what}: ${tell(effect, names)}`)
      state = next
    }
    return [...happened, ...check(state)]
  },
}

function open(): SessionState {
  const session = defaultSession({ id: sessionId, model: 'gpt-realtime', expiresAt: 4_000_000_000 })
  const limits = { inputBufferMs: 60_000, items: 20, outOfBand: 2, keptAudioMs: 30_000, heldAudioSamples: 5_000 }
  return openSession({ session, sessionId, limits })
}

/** What is sent is an event of the protocol that every dialect can tell. */
function tell(effect: Effect, names: Names): string {
  if (effect.kind !== 'send') return effect.kind
  const event = { ...effect.event, event_id: 'event_1' }
  names.hear(event)
  betaDialect.encode(event)
  const { success, error } = told.safeParse(JSON.parse(gaDialect.encode(event) ?? 'null'))
  if (!success) throw new Error(`${event.type} is no event of the protocol: ${error.message}`)
  return event.type === 'error' ? `error ${event.error.code}` : event.type
}

/** A state is its records, and a step depends on nothing else. */
function check(state: SessionState): string[] {
  const again = stateFrom(structuredClone(recordsOf(state)))
  if (!isDeepStrictEqual(again, state)) throw new Error('The records are not the state')
  const resumed = { kind: 'resumed', heardMs: state.buffer.heardMs } as const
  if (!isDeepStrictEqual(step(again, resumed), step(state, resumed)))
    throw new Error('The same state goes on in two ways')
  const saved = savesOf(state).map(({ item }) => item.id)
  if (new Set(saved).size !== saved.length) throw new Error('An item is there twice')
  return [`${state.entries.length} items`, `${state.outOfBand.length} asides`]
}
