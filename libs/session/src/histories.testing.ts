import type { SessionPatch } from '@voicebox/protocol'
import fc from 'fast-check'
import type { Simulation } from './simulation.testing.ts'

export type Action = (simulation: Simulation) => void

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

export interface MadeAudio {
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

/** Histories of up to 60 actions; without `size`, fast-check makes none longer than ten. */
export const histories = fc.array(action, { maxLength: 60, size: 'max' })
