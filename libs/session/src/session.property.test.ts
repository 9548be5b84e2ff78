import { serverEvents, type SessionPatch } from '@voicebox/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Effect } from './effect.ts'
import { Simulation } from './simulation.testing.ts'
import { step } from './step.ts'
import { openSession } from './state.ts'

type Action = (simulation: Simulation) => void

const ServerEvent = z.discriminatedUnion('type', serverEvents)
const reached = new Map<string, number>()

/** Something a client, the voice activity or a worker may do, whether or not it makes sense at that moment. */
const action: fc.Arbitrary<Action> = fc.oneof(
  fc.nat(400).map((ms) => (s: Simulation) => void s.feed({ kind: 'audio_heard', ms })),
  fc.nat(500).map((back) => (s: Simulation) => {
    s.feed({ kind: 'speech_started', startMs: Math.max(0, s.state.buffer.heardMs - back) })
  }),
  fc.constant((s: Simulation) => void s.feed({ kind: 'speech_stopped', endMs: s.state.buffer.heardMs })),
  fc
    .constantFrom('input_audio_buffer.commit' as const, 'input_audio_buffer.clear' as const)
    .map((type) => (s: Simulation) => void s.client({ type })),
  fc.constant((s: Simulation) => void s.client({ type: 'response.create' })),
  fc.boolean().map((isKnown) => (s: Simulation) => {
    s.client({ type: 'response.cancel', ...(isKnown ? {} : { response_id: 'resp_unknown' }) })
  }),
  fc
    .record({
      place: fc.constantFrom('end', 'root', 'first', 'unknown'),
      id: fc.option(fc.constantFrom('a', 'b', 'c')),
    })
    .map(
      ({ place, id }) =>
        (s: Simulation) =>
          void createItem(s, place, id),
    ),
  fc
    .constantFrom('off', 'vad', 'polite', 'manual', 'text', 'audio', 'wrong', 'transcribe')
    .map((change) => (s: Simulation) => void update(s, change)),
  // Workers, for whatever response or utterance there is or was.
  fc.tuple(fc.nat(2), fc.string({ maxLength: 6 })).map(([back, text]) => (s: Simulation) => {
    s.feed({ kind: 'text_generated', responseId: responseId(s, back), text })
  }),
  fc
    .record({ back: fc.nat(1), segment: fc.nat(2), offset: fc.nat(3), samples: fc.integer({ min: 1, max: 3 }) })
    .map(({ back, segment, offset, samples }) => (s: Simulation) => {
      s.feed({
        kind: 'audio_generated',
        responseId: responseId(s, back),
        segment,
        offset,
        audio: madeAudio(segment, offset, samples),
      })
    }),
  fc
    .record({ back: fc.nat(1), segment: fc.nat(2), samples: fc.nat(4) })
    .map(({ back, segment, samples }) => (s: Simulation) => {
      s.feed({ kind: 'segment_spoken', responseId: responseId(s, back), segment, samples })
    }),
  fc.tuple(fc.nat(1), fc.nat(2)).map(([back, segment]) => (s: Simulation) => {
    s.feed({ kind: 'segment_failed', responseId: responseId(s, back), segment, code: 'engine', message: 'no voice' })
  }),
  fc
    .record({
      back: fc.nat(1),
      segments: fc.nat(2),
      reason: fc.constantFrom('stop' as const, 'max_output_tokens' as const),
    })
    .map(({ back, segments, reason }) => (s: Simulation) => {
      const usage = { inputTokens: 3, outputTokens: 4, cachedTokens: 0 }
      s.feed({ kind: 'generation_finished', responseId: responseId(s, back), reason, usage, segments })
    }),
  fc.nat(1).map((back) => (s: Simulation) => {
    s.feed({ kind: 'generation_failed', responseId: responseId(s, back), code: 'engine', message: 'gone' })
  }),
  fc.tuple(fc.nat(1), fc.boolean()).map(([back, isFinal]) => (s: Simulation) => {
    const itemId = utteranceId(s, back)
    if (isFinal) s.feed({ kind: 'transcript_final', itemId, text: 'hello', audioMs: 500 })
    else s.feed({ kind: 'transcript_failed', itemId, code: 'engine', message: 'deaf' })
  }),
  fc.nat(1).map((back) => (s: Simulation) => void s.feed({ kind: 'timer_fired', subject: responseId(s, back) })),
)

interface MadeAudio {
  samples: number
  segment: number
  offset: number
}

/** Generated audio that says where it belongs, so that its order can be seen. */
function madeAudio(segment: number, offset: number, samples: number): MadeAudio {
  return { segment, offset, samples }
}

function responseId(s: Simulation, back: number): `resp_${string}` {
  const created = s.events.flatMap((event) => (event.type === 'response.created' ? [event.response.id] : []))
  return (created.at(-1 - back) ?? 'resp_none') as `resp_${string}`
}

function utteranceId(s: Simulation, back: number): string {
  const committed = s.events.flatMap((event) => (event.type === 'input_audio_buffer.committed' ? [event.item_id] : []))
  return committed.at(-1 - back) ?? 'item_none'
}

function createItem(s: Simulation, place: string, id: string | null): void {
  const first = s.state.entries[0]?.item.id
  const previous = { end: undefined, root: 'root', first, unknown: 'item_unknown' }[place]
  s.client({
    type: 'conversation.item.create',
    ...(previous === undefined ? {} : { previous_item_id: previous }),
    item: {
      type: 'message',
      role: 'user',
      content: [{ type: 'input_text', text: 'hi' }],
      ...(id === null ? {} : { id }),
    },
  })
}

function update(s: Simulation, change: string): void {
  const vad = {
    type: 'server_vad' as const,
    threshold: 0.5,
    prefix_padding_ms: 300,
    silence_duration_ms: 200,
    idle_timeout_ms: null,
  }
  const inputs: Record<string, NonNullable<NonNullable<SessionPatch['audio']>['input']>> = {
    off: { turn_detection: null },
    vad: { turn_detection: { ...vad, create_response: true, interrupt_response: true } },
    polite: { turn_detection: { ...vad, create_response: true, interrupt_response: false } },
    manual: { turn_detection: { ...vad, create_response: false, interrupt_response: true } },
    transcribe: { transcription: { model: 'whisper-1', language: null, prompt: null } },
  }
  const input = inputs[change]
  if (input !== undefined) s.client({ type: 'session.update', session: { type: 'realtime', audio: { input } } })
  else if (change === 'wrong') s.client({ type: 'session.update', session: { type: 'realtime', model: 'other' } })
  else
    s.client({ type: 'session.update', session: { type: 'realtime', output_modalities: [change as 'text' | 'audio'] } })
}

const histories = fc.array(action, { maxLength: 60, size: 'max' })
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
