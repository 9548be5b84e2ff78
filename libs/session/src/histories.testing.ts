import type { ItemInput, SessionPatch } from '@voicebox/protocol'
import fc from 'fast-check'
import { responsesIn } from './responses.ts'
import { conversationIn, type Simulation } from './simulation.testing.ts'

export type Action = (simulation: Simulation) => void

/** What no client may be shown. */
export const secrets = ['token-of-the-client', 'header-of-the-client']

const server = {
  type: 'mcp' as const,
  server_label: 'files',
  server_url: 'https://files.example/mcp',
  authorization: secrets[0] ?? '',
  headers: { 'X-Key': secrets[1] ?? '' },
}
const tools = [
  { type: 'function' as const, name: 'weather' },
  { ...server, require_approval: { never: { tool_names: ['read'] } } },
]

/** A response outside the conversation, or in it but with a context of its own. */
const outOfBand: fc.Arbitrary<Action> = fc
  .record({
    conversation: fc.constantFrom('none' as const, 'auto' as const),
    input: fc.array(fc.constantFrom('text', 'audio', 'reference', 'missing'), { maxLength: 2 }),
    withTools: fc.boolean(),
  })
  .map(({ conversation, input, withTools }) => (s: Simulation) => {
    const items = input.map((kind) => {
      if (kind === 'reference')
        return { type: 'item_reference' as const, id: conversationIn(s.state)[0] ?? 'item_none' }
      return kind === 'missing' ? { type: 'item_reference' as const, id: 'item_none' } : messageOf(kind)
    })
    s.client({
      type: 'response.create',
      response: { conversation, input: items, ...(withTools ? { tools } : {}) },
    })
  })

/** What a client does with items that are there, or not. */
const itemActions: fc.Arbitrary<Action> = fc
  .record({
    at: fc.integer({ min: -3, max: 3 }),
    act: fc.constantFrom('delete', 'retrieve', 'truncate', 'audio', 'approve', 'output'),
    ms: fc.nat(2),
  })
  .map(({ at, act, ms }) => (s: Simulation) => {
    const item_id = conversationIn(s.state).at(at) ?? 'item_none'
    if (act === 'delete') s.client({ type: 'conversation.item.delete', item_id })
    else if (act === 'retrieve') s.client({ type: 'conversation.item.retrieve', item_id })
    else if (act === 'truncate')
      s.client({ type: 'conversation.item.truncate', item_id, content_index: 0, audio_end_ms: ms })
    else if (act === 'audio') s.client({ type: 'conversation.item.create', item: messageOf('audio') })
    else if (act === 'output') {
      const call = s.state.entries.find(({ item }) => item.type === 'function_call')?.item
      const call_id = call?.type === 'function_call' ? call.call_id : 'call_none'
      s.client({ type: 'conversation.item.create', item: { type: 'function_call_output', call_id, output: '{}' } })
    } else {
      const request = s.state.entries.find(({ item }) => item.type === 'mcp_approval_request')?.item.id ?? 'item_none'
      s.client({
        type: 'conversation.item.create',
        item: { type: 'mcp_approval_response', approval_request_id: request, approve: ms > 0 },
      })
    }
  })

/** What the model and the servers do with tools. */
const toolActions: fc.Arbitrary<Action> = fc
  .record({
    back: fc.nat(1),
    call: fc.nat(2),
    name: fc.constantFrom('weather', 'read', 'write', 'unknown'),
    act: fc.constantFrom('start', 'arguments', 'listed', 'unlisted', 'called', 'failed'),
  })
  .map(({ back, call, name, act }) => (s: Simulation) => {
    const id = responseId(s, back)
    const listing = s.state.listings.at(-1)?.itemId ?? 'item_none'
    const running = s.events.findLast((event) => event.type === 'response.mcp_call.in_progress')
    const itemId = running?.type === 'response.mcp_call.in_progress' ? running.item_id : 'item_none'
    if (act === 'start') s.feed({ kind: 'call_started', responseId: id, call, name })
    else if (act === 'arguments') s.feed({ kind: 'call_arguments', responseId: id, call, text: '{}' })
    else if (act === 'listed')
      s.feed({ kind: 'tools_listed', itemId: listing, tools: ['read', 'write'].map(listedTool) })
    else if (act === 'unlisted')
      s.feed({ kind: 'listing_failed', itemId: listing, code: 'unreachable', message: 'gone' })
    else if (act === 'called') s.feed({ kind: 'tool_called', itemId, output: 'done' })
    else s.feed({ kind: 'tool_failed', itemId, error: { type: 'http_error', code: 500, message: 'broken' } })
  })

/** A whole way to a call that runs, which chance alone seldom finds. */
const toolTurn: fc.Arbitrary<Action> = fc.boolean().map((isAsked) => (s: Simulation) => {
  s.client({ type: 'session.update', session: { type: 'realtime', tools } })
  const itemId = s.state.listings.at(-1)?.itemId ?? 'item_none'
  s.feed({ kind: 'tools_listed', itemId, tools: ['read', 'write'].map(listedTool) })
  s.client({ type: 'response.create' })
  const id = responseId(s, 0)
  s.feed({ kind: 'call_started', responseId: id, call: 0, name: isAsked ? 'write' : 'read' })
  s.feed({ kind: 'call_started', responseId: id, call: 1, name: 'read' })
})

/** Audio that comes and goes, which chance alone seldom finds. */
const audioTurn: fc.Arbitrary<Action> = fc.boolean().map((isCancelled) => (s: Simulation) => {
  s.client({ type: 'response.create' })
  s.feed({
    kind: 'audio_generated',
    responseId: responseId(s, 0),
    segment: 0,
    offset: 0,
    audio: madeAudio(0, 0, 2),
  })
  if (isCancelled) s.client({ type: 'response.cancel' })
  s.client({ type: 'conversation.item.delete', item_id: s.state.entries.at(-1)?.item.id ?? 'item_none' })
})

/** Workers that go and come back, and what they lose by it. */
const serviceActions: fc.Arbitrary<Action> = fc.oneof(
  fc
    .record({
      kind: fc.constantFrom('service_lost' as const, 'service_restored' as const, 'service_restored' as const),
      service: fc.constantFrom('transcription' as const, 'language' as const, 'speech' as const),
    })
    .map((input) => (s: Simulation) => void s.feed(input)),
  fc.constant((s: Simulation) => void s.feed({ kind: 'results_lost' })),
  fc.nat(600).map((back) => (s: Simulation) => {
    const heardMs = Math.max(0, s.state.buffer.heardMs - back)
    s.feed({ kind: 'resumed', heardMs, utteranceEnded: back < 100 })
  }),
)

/** What history answers, as it was told last of the item. */
const historyAnswer = fc.constantFrom('there' as const, 'there' as const, 'gone' as const, 'away' as const)
const historyActions: fc.Arbitrary<Action> = historyAnswer.map((answer) => (s) => answerRecall(s, answer))

/** More than the conversation may hold, which chance alone seldom says. */
const longTalk: fc.Arbitrary<Action> = fc
  .integer({ min: 3, max: 9 })
  .map((count) => (s) => Array.from({ length: count }, () => createItem(s, 'end', null)))

/** An item that is in history alone by then, and what history answers, which chance alone seldom finds. */
const recallTurn: fc.Arbitrary<Action> = historyAnswer.map((answer) => (s) => {
  for (let at = 0; at < 9; at += 1) createItem(s, 'end', null)
  s.client({ type: 'conversation.item.retrieve', item_id: s.state.away[0]?.ids[0] ?? 'item_none' })
  answerRecall(s, answer)
})

/** What a driver has to say by itself. */
const driverActions: fc.Arbitrary<Action> = fc.constantFrom<Action>(
  (s) => s.feed({ kind: 'refused', error: { code: 'invalid_event', message: 'No.' } }),
  (s) => s.feed({ kind: 'limits_updated', limits: [{ name: 'tokens', limit: 2, remaining: 1, reset_seconds: 0.5 }] }),
)

/** An answer that fails before it begins, and what becomes of the apology. */
const apologyTurn: fc.Arbitrary<Action> = fc
  .record({ isText: fc.boolean(), end: fc.constantFrom('spoken', 'failed', 'cancelled', 'left') })
  .map(({ isText, end }) => (s: Simulation) => {
    s.client({ type: 'response.create', ...(isText ? { response: { output_modalities: ['text'] } } : {}) })
    const id = responseId(s, 0)
    s.feed({ kind: 'generation_failed', responseId: id, code: 'all_providers_failed', message: 'gone' })
    const segment = s.state.response?.speech.segment ?? 0
    if (end === 'left') return
    s.feed({ kind: 'audio_generated', responseId: id, segment, offset: 0, audio: madeAudio(segment, 0, 2) })
    if (end === 'spoken') s.feed({ kind: 'segment_spoken', responseId: id, segment, samples: 2 })
    else if (end === 'failed')
      s.feed({ kind: 'segment_failed', responseId: id, segment, code: 'engine', message: 'mute' })
    else s.client({ type: 'response.cancel' })
  })

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
  outOfBand,
  fc.constantFrom('default' as const, 'known' as const, 'unknown' as const).map((which) => (s: Simulation) => {
    const id = { default: undefined, known: responsesIn(s.state).at(-1)?.id, unknown: 'resp_unknown' }[which]
    s.client({ type: 'response.cancel', ...(id === undefined ? {} : { response_id: id }) })
  }),
  itemActions,
  toolActions,
  toolTurn,
  audioTurn,
  serviceActions,
  driverActions,
  historyActions,
  longTalk,
  recallTurn,
  apologyTurn,
  fc
    .record({
      place: fc.constantFrom('end', 'root', 'first', 'earliest', 'unknown'),
      id: fc.option(fc.constantFrom('a', 'b', 'c')),
    })
    .map(
      ({ place, id }) =>
        (s: Simulation) =>
          void createItem(s, place, id),
    ),
  fc
    .constantFrom('off', 'vad', 'polite', 'manual', 'idle', 'text', 'audio', 'wrong', 'transcribe', 'tools', 'probing')
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
  fc.tuple(fc.nat(1), fc.nat(2)).map(([back, segment]) => (s: Simulation) => {
    s.feed({ kind: 'segment_planned', responseId: responseId(s, back), segment, text: 'some words ' })
  }),
  fc.constantFrom('good', 'good day', 'goodbye').map((text) => (s: Simulation) => {
    const itemId = s.state.buffer.itemId ?? utteranceId(s, 0)
    s.feed({ kind: 'transcript_interim', itemId, text })
  }),
  fc.nat(3).map((which) => (s: Simulation) => {
    const subjects = [responseId(s, 0), responseId(s, 1), utteranceId(s, 0), 'idle']
    s.feed({ kind: 'timer_fired', subject: subjects[which] ?? 'idle' })
  }),
)

function answerRecall(s: Simulation, answer: 'there' | 'gone' | 'away'): void {
  const itemId = s.state.recalls[0]?.itemId ?? 'item_none'
  const saved = s.effects.findLast((effect) => effect.kind === 'save_item' && effect.item.id === itemId)
  const item = answer === 'there' && saved?.kind === 'save_item' ? saved.item : null
  s.feed(answer === 'away' ? { kind: 'recall_failed', itemId } : { kind: 'item_recalled', itemId, item })
}

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
  const earliest = conversationIn(s.state)[0]
  const previous = { end: undefined, root: 'root', first, earliest, unknown: 'item_unknown' }[place]
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
    idle: {
      turn_detection: { ...vad, idle_timeout_ms: 5_000, create_response: true, interrupt_response: true },
    },
    manual: { turn_detection: { ...vad, create_response: false, interrupt_response: true } },
    transcribe: { transcription: { model: 'whisper-1', language: null, prompt: null } },
  }
  const input = inputs[change]
  if (input !== undefined) s.client({ type: 'session.update', session: { type: 'realtime', audio: { input } } })
  else if (change === 'tools') s.client({ type: 'session.update', session: { type: 'realtime', tools } })
  else if (change === 'probing')
    s.client({
      type: 'session.update',
      session: { type: 'realtime', include: ['item.input_audio_transcription.logprobs'] },
    })
  else if (change === 'wrong') s.client({ type: 'session.update', session: { type: 'realtime', model: 'other' } })
  else
    s.client({ type: 'session.update', session: { type: 'realtime', output_modalities: [change as 'text' | 'audio'] } })
}

/** Histories of up to 60 actions; without `size`, fast-check makes none longer than ten. */
export const histories = fc.array(action, { maxLength: 60, size: 'max' })

function listedTool(name: string): {
  name: string
  description: string
  input_schema: Record<string, unknown>
  annotations: null
} {
  return { name, description: '', input_schema: {}, annotations: null }
}

function messageOf(kind: string): Extract<ItemInput, { role: 'user' }> {
  const content =
    kind === 'audio' ? { type: 'input_audio' as const, audio: 'AAAAAAAA' } : { type: 'input_text' as const, text: 'hi' }
  return { type: 'message', role: 'user', content: [content] }
}
