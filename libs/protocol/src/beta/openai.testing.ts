import fc from 'fast-check'
import type {
  ConversationItem,
  ConversationItemContent,
  ConversationItemCreateEvent,
  ConversationItemDeleteEvent,
  ConversationItemRetrieveEvent,
  ConversationItemTruncateEvent,
  ConversationItemWithReference,
  InputAudioBufferAppendEvent,
  InputAudioBufferClearEvent,
  InputAudioBufferCommitEvent,
  RealtimeClientEvent,
  ResponseCancelEvent,
  ResponseCreateEvent,
  SessionUpdateEvent,
  TranscriptionSessionUpdate,
} from 'openai/resources/beta/realtime/realtime'
import {
  base64,
  itemId,
  itemObject as object,
  itemStatus as status,
  jsonObject,
  list,
  maxTokens,
  name,
  official,
  orNull,
  share,
  words,
} from '../openai-record.testing.ts'

const as = fc.constant
const event_id = words

const format = fc.constantFrom('pcm16' as const, 'g711_ulaw' as const, 'g711_alaw' as const)
const modalities = fc.constantFrom<('text' | 'audio')[]>(['text'], ['text', 'audio'], ['audio', 'text'])
const seconds = fc.integer({ min: 10, max: 7200 })
const voice = fc.constantFrom('alloy', 'mine')
const temperature = fc.double({ min: 0.6, max: 1.2, noNaN: true })
const noiseReduction = fc.record({ type: fc.constantFrom('near_field' as const, 'far_field' as const) })

const turnDetection = official<SessionUpdateEvent.Session.TurnDetection>(
  {
    type: fc.constantFrom('server_vad', 'semantic_vad'),
    create_response: fc.boolean(),
    interrupt_response: fc.boolean(),
    eagerness: fc.constantFrom('low', 'medium', 'high', 'auto'),
    prefix_padding_ms: fc.nat(),
    silence_duration_ms: fc.nat(),
    threshold: share,
  },
  [],
)

/** Their types leave both optional, but a tool without a name is none. */
const tools = fc.uniqueArray(
  fc.record(
    { type: as('function' as const), name, description: words, parameters: jsonObject },
    { requiredKeys: ['type', 'name'], noNullPrototype: true },
  ),
  { maxLength: 3, selector: (tool) => tool.name },
)

/** Their types say any string. */
const toolChoice = fc.constantFrom('none', 'auto', 'required')

const tracing = fc.oneof(
  as('auto' as const),
  official<SessionUpdateEvent.Session.TracingConfiguration>(
    { group_id: words, metadata: jsonObject, workflow_name: words },
    [],
  ),
)

type Transcription = SessionUpdateEvent.Session.InputAudioTranscription
const transcription = official<Transcription>(
  { language: fc.constantFrom('en', 'de'), model: fc.constantFrom('whisper-1', 'gpt-4o-transcribe'), prompt: words },
  [],
)

/** The session of `session.update`, by the official types. */
export const officialBetaSession = official<SessionUpdateEvent.Session>(
  {
    client_secret: fc.record(
      {
        expires_after: official<SessionUpdateEvent.Session.ClientSecret.ExpiresAfter>(
          { anchor: as('created_at'), seconds },
          ['anchor'],
        ),
      },
      { requiredKeys: [], noNullPrototype: true },
    ),
    input_audio_format: format,
    input_audio_noise_reduction: noiseReduction,
    input_audio_transcription: transcription,
    instructions: words,
    max_response_output_tokens: maxTokens,
    modalities,
    model: fc.constantFrom('gpt-4o-realtime-preview', 'gpt-4o-mini-realtime-preview'),
    output_audio_format: format,
    speed: fc.double({ min: 0.25, max: 1.5, noNaN: true }),
    temperature,
    tool_choice: toolChoice,
    tools,
    tracing,
    turn_detection: turnDetection,
    voice,
  },
  [],
)

const transcriptionSession = official<TranscriptionSessionUpdate.Session>(
  {
    client_secret: fc.record(
      {
        expires_at: official<TranscriptionSessionUpdate.Session.ClientSecret.ExpiresAt>(
          { anchor: as('created_at'), seconds },
          [],
        ),
      },
      { requiredKeys: [], noNullPrototype: true },
    ),
    include: list(as('item.input_audio_transcription.logprobs')),
    input_audio_format: format,
    input_audio_noise_reduction: noiseReduction,
    input_audio_transcription:
      transcription as fc.Arbitrary<TranscriptionSessionUpdate.Session.InputAudioTranscription>,
    modalities,
    turn_detection: turnDetection,
  },
  [],
)

const inputText = fc.record({ type: as('input_text' as const), text: words })
const inputAudio = fc.record(
  { type: as('input_audio' as const), audio: base64, transcript: words },
  { requiredKeys: ['type', 'audio'], noNullPrototype: true },
)
const assistantText = fc.record({ type: as('text' as const), text: words })
const reference = fc.record({ type: as('item_reference' as const), id: itemId })

type Part = ConversationItemWithReference.Content & ConversationItemContent
type Role = 'system' | 'user' | 'assistant'
const said = <R extends Role>(role: R, part: fc.Arbitrary<Part>) =>
  fc.record(
    { type: as('message' as const), role: as(role), content: list(part), id: itemId, object, status },
    { requiredKeys: ['type', 'role', 'content'], noNullPrototype: true },
  )

/** Their one type for all items has every field optional, so the kinds are told apart here. */
const item = fc.oneof(
  said('system', inputText),
  said('user', fc.oneof(inputText, inputAudio)),
  said('assistant', assistantText),
  fc.record(
    { type: as('function_call' as const), name, arguments: words, call_id: name, id: itemId, object, status },
    { requiredKeys: ['type', 'name', 'arguments'], noNullPrototype: true },
  ),
  fc.record(
    { type: as('function_call_output' as const), call_id: name, output: words, id: itemId, object, status },
    { requiredKeys: ['type', 'call_id', 'output'], noNullPrototype: true },
  ),
) satisfies fc.Arbitrary<ConversationItem>

const entry = fc.oneof(
  item,
  reference,
  said('user', fc.oneof(inputText, reference)),
) satisfies fc.Arbitrary<ConversationItemWithReference>

/** Every event that an official client of the beta dialect can send here. */
export type OfficialBetaEvent = Exclude<RealtimeClientEvent, RealtimeClientEvent.OutputAudioBufferClear>

/** Each of them, from its own type, with anything that the type leaves open. */
export const officialBetaEvents: { [T in OfficialBetaEvent['type']]: fc.Arbitrary<OfficialBetaEvent> } = {
  'session.update': official<SessionUpdateEvent>(
    { type: as('session.update'), event_id, session: officialBetaSession },
    ['type', 'session'],
  ),
  'transcription_session.update': official<TranscriptionSessionUpdate>(
    { type: as('transcription_session.update'), event_id, session: transcriptionSession },
    ['type', 'session'],
  ),
  'input_audio_buffer.append': official<InputAudioBufferAppendEvent>(
    { type: as('input_audio_buffer.append'), event_id, audio: base64 },
    ['type', 'audio'],
  ),
  'input_audio_buffer.commit': official<InputAudioBufferCommitEvent>(
    { type: as('input_audio_buffer.commit'), event_id },
    ['type'],
  ),
  'input_audio_buffer.clear': official<InputAudioBufferClearEvent>({ type: as('input_audio_buffer.clear'), event_id }, [
    'type',
  ]),
  'conversation.item.create': official<ConversationItemCreateEvent>(
    { type: as('conversation.item.create'), event_id, item, previous_item_id: itemId },
    ['type', 'item'],
  ),
  'conversation.item.retrieve': official<ConversationItemRetrieveEvent>(
    { type: as('conversation.item.retrieve'), event_id, item_id: itemId },
    ['type', 'item_id'],
  ),
  'conversation.item.delete': official<ConversationItemDeleteEvent>(
    { type: as('conversation.item.delete'), event_id, item_id: itemId },
    ['type', 'item_id'],
  ),
  'conversation.item.truncate': official<ConversationItemTruncateEvent>(
    {
      type: as('conversation.item.truncate'),
      event_id,
      item_id: itemId,
      content_index: fc.nat(),
      audio_end_ms: fc.nat(),
    },
    ['type', 'item_id', 'content_index', 'audio_end_ms'],
  ),
  'response.create': official<ResponseCreateEvent>(
    {
      type: as('response.create'),
      event_id,
      response: official<ResponseCreateEvent.Response>(
        {
          conversation: fc.constantFrom('auto', 'none'),
          input: list(entry),
          instructions: words,
          max_response_output_tokens: maxTokens,
          metadata: orNull(fc.dictionary(words, words, { maxKeys: 3, noNullPrototype: true })),
          modalities,
          output_audio_format: format,
          temperature,
          tool_choice: toolChoice,
          tools,
          voice,
        },
        [],
      ),
    },
    ['type'],
  ),
  'response.cancel': official<ResponseCancelEvent>({ type: as('response.cancel'), event_id, response_id: itemId }, [
    'type',
  ]),
}
