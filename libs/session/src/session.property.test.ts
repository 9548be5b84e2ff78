import { serverEvents } from '@voicebox/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Effect } from './effect.ts'
import { type Action, histories, type MadeAudio } from './histories.testing.ts'
import { Simulation } from './simulation.testing.ts'
import { openSession } from './state.ts'
import { step } from './step.ts'

const ServerEvent = z.discriminatedUnion('type', serverEvents)
const reached = new Map<string, number>()
const runs = { numRuns: 400 }

/** Runs a random history and counts what it came to, so that the last test can show that nothing was left out. */
function play(actions: Action[]): Simulation {
  const simulation = new Simulation({ inputBufferMs: 4_000, heldAudioSamples: 12, items: 4 })
  for (const act of actions) act(simulation)
  for (const event of simulation.events) {
    const status = event.type === 'response.done' ? `:${event.response.status}` : ''
    const code = event.type === 'error' ? `:${event.error.code}` : ''
    reached.set(event.type + status + code, (reached.get(event.type + status + code) ?? 0) + 1)
  }
  return simulation
}

describe('Property: over any history of a session', () => {
  it('a response is created once, done once, and silent after', () => {
    fc.assert(
      fc.property(histories, (actions) => {
        const lives = new Map<string, 'created' | 'done'>()
        for (const effect of play(actions).effects) {
          const id = responseOf(effect)
          if (id === null) continue
          if (effect.kind === 'send' && effect.event.type === 'response.created') {
            expect(lives.has(id)).toBe(false)
            expect([...lives.values()]).not.toContain('created')
            lives.set(id, 'created')
          } else {
            expect(lives.get(id)).toBe('created')
            if (effect.kind === 'send' && effect.event.type === 'response.done') lives.set(id, 'done')
          }
        }
      }),
      runs,
    )
  })

  it('a turn that ends is committed, added and done, in that order and under the same id', () => {
    fc.assert(
      fc.property(histories, (actions) => {
        const { events } = play(actions)
        events.forEach((event, at) => {
          if (event.type !== 'input_audio_buffer.speech_stopped') return
          const [committed, added, done] = events.slice(at + 1, at + 4)
          expect(committed).toMatchObject({ type: 'input_audio_buffer.committed', item_id: event.item_id })
          expect(added).toMatchObject({ type: 'conversation.item.added', item: { id: event.item_id } })
          expect(done).toMatchObject({ type: 'conversation.item.done', item: { id: event.item_id } })
        })
      }),
      runs,
    )
  })

  it('speech that started either stops, is committed or is dropped before the next starts', () => {
    fc.assert(
      fc.property(histories, (actions) => {
        let open: string | null = null
        for (const effect of play(actions).effects) {
          if (effect.kind === 'open_utterance') {
            expect(open).toBeNull()
            open = effect.itemId
          }
          if (effect.kind === 'close_utterance' || effect.kind === 'drop_utterance') {
            expect(effect.itemId).toBe(open)
            open = null
          }
        }
      }),
      runs,
    )
  })

  it('an engine is asked only for a live response, once, and is told to stop when the response ends early', () => {
    fc.assert(
      fc.property(histories, (actions) => {
        const asked = new Set<string>()
        const cancelled = new Set<string>()
        let live: string | null = null
        for (const effect of play(actions).effects) {
          if (effect.kind === 'generate') {
            expect(effect.request.responseId).toBe(live)
            expect(asked.has(effect.request.responseId)).toBe(false)
            asked.add(effect.request.responseId)
          }
          if (effect.kind === 'cancel_work') cancelled.add(effect.subject)
          if (effect.kind !== 'send') continue
          if (effect.event.type === 'response.created') live = effect.event.response.id
          if (effect.event.type === 'response.done') {
            live = null
            const { id, status } = effect.event.response
            if (status === 'failed' || status === 'cancelled' || status === 'incomplete')
              expect(cancelled.has(id)).toBe(true)
          }
        }
      }),
      runs,
    )
  })

  it('the language model is asked when, and only when, every utterance before it has its words', () => {
    fc.assert(
      fc.property(histories, (actions) => {
        const simulation = play([])
        for (const act of actions) {
          act(simulation)
          const { response, entries } = simulation.state
          if (response === null) continue
          const isAsked = simulation.effects.some((e) => e.kind === 'generate' && e.request.responseId === response.id)
          expect(isAsked).toBe(response.awaiting.length === 0)
          for (const id of response.awaiting) {
            expect(entries.find((entry) => entry.item.id === id)?.transcription).toBe('pending')
          }
        }
      }),
      runs,
    )
  })

  it('the deltas of a part are its done text, and its audio is forwarded in order, once, without gaps', () => {
    fc.assert(
      fc.property(histories, (actions) => {
        let text = ''
        let at = { segment: 0, offset: 0 }
        const { effects, events } = play(actions)
        for (const effect of effects) {
          if (effect.kind === 'generate') at = { segment: 0, offset: 0 }
          if (effect.kind !== 'send_audio') continue
          const { segment, offset, samples } = effect.audio as MadeAudio
          const from = offset + effect.skip
          expect(from === (segment === at.segment ? at.offset : 0)).toBe(true)
          expect(segment).toBeGreaterThanOrEqual(at.segment)
          at = { segment, offset: offset + samples }
        }
        for (const event of events) {
          if (event.type === 'response.created') text = ''
          if (event.type === 'response.output_text.delta' || event.type === 'response.output_audio_transcript.delta')
            text += event.delta
          if (event.type === 'response.output_text.done') expect(event.text).toBe(text)
          if (event.type === 'response.output_audio_transcript.done') expect(event.transcript).toBe(text)
        }
      }),
      runs,
    )
  })

  it('the conversation has the order that previous_item_id tells', () => {
    fc.assert(
      fc.property(histories, (actions) => {
        const simulation = play(actions)
        const order: string[] = []
        for (const event of simulation.events) {
          if (event.type !== 'conversation.item.added') continue
          const at = event.previous_item_id === null ? 0 : order.indexOf(event.previous_item_id) + 1
          expect(event.previous_item_id === null || at > 0).toBe(true)
          order.splice(at, 0, event.item.id)
        }
        expect(simulation.state.entries.map((entry) => entry.item.id)).toEqual(order)
      }),
      runs,
    )
  })

  it('ids are never used twice', () => {
    fc.assert(
      fc.property(histories, (actions) => {
        const ids = play(actions).events.flatMap((event) =>
          event.type === 'conversation.item.added'
            ? [event.item.id]
            : event.type === 'response.created'
              ? [event.response.id]
              : [],
        )
        expect(new Set(ids).size).toBe(ids.length)
      }),
      runs,
    )
  })

  it('replaying the same inputs gives the same effects, and leaves the states as they were', () => {
    fc.assert(
      fc.property(histories, (actions) => {
        const first = play(actions)
        const { session } = new Simulation().state
        let state = openSession({ session, sessionId: 'sess_abcdefghijklmnopqrstu', limits: first.state.limits })
        const effects: Effect[] = []
        for (const input of first.inputs) {
          const frozen = deepFreeze(state)
          const [next, made] = step(frozen, input)
          state = next
          effects.push(...made)
        }
        expect(effects).toEqual(first.effects)
      }),
      { numRuns: 100 },
    )
  })

  it('every event sent is one of the protocol, whole and without extras', () => {
    fc.assert(
      fc.property(histories, (actions) => {
        for (const event of play(actions).events) {
          const result = ServerEvent.safeParse({ ...event, event_id: 'event_1' })
          expect(result.error?.issues ?? []).toEqual([])
        }
      }),
      { numRuns: 150 },
    )
  })

  it('the histories above reached every kind of answer', () => {
    expect([...reached.keys()]).toEqual(
      expect.arrayContaining([
        'input_audio_buffer.cleared',
        'conversation.item.input_audio_transcription.completed',
        'conversation.item.input_audio_transcription.failed',
        'response.output_text.done',
        'response.output_audio.done',
        'response.done:completed',
        'response.done:cancelled',
        'response.done:failed',
        'response.done:incomplete',
        'error:conversation_already_has_active_response',
        'error:response_cancel_not_active',
        'error:input_audio_buffer_commit_empty',
        'error:conversation_full',
        'error:invalid_value',
      ]),
    )
  })
})

function responseOf(effect: Effect): string | null {
  if (effect.kind === 'send_audio') return effect.part.response_id
  if (effect.kind !== 'send') return null
  if ('response_id' in effect.event) return effect.event.response_id
  return 'response' in effect.event ? effect.event.response.id : null
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    Object.values(value).forEach(deepFreeze)
  }
  return value
}
