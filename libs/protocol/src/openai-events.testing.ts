import fc from 'fast-check'
import type {
  ConversationItemCreateEvent,
  ConversationItemDeleteEvent,
  ConversationItemRetrieveEvent,
  ConversationItemTruncateEvent,
  InputAudioBufferAppendEvent,
  InputAudioBufferClearEvent,
  InputAudioBufferCommitEvent,
  OutputAudioBufferClearEvent,
  RealtimeClientEvent,
  RealtimeResponseCreateParams,
  RealtimeResponseCreateParamsWithReferencesParam as WithReferences,
  ResponseCancelEvent,
  ResponseCreateEvent,
  ResponseCreateEventWithReferencesParam,
  ResponseItemReference,
  SessionUpdateEvent,
} from 'openai/resources/realtime/realtime'
import { officialItem } from './openai-items.testing.ts'
import { base64, itemId, list, maxTokens, official, orNull, words } from './openai-record.testing.ts'
import {
  format,
  modalities,
  prompt,
  realtimeSession,
  reasoning,
  toolChoice,
  tools,
  transcriptionRequest,
  voice,
} from './openai-session.testing.ts'

const as = fc.constant
const event_id = words

const reference = official<ResponseItemReference>({ id: itemId, type: as('item_reference') }, ['id', 'type'])

const options = {
  audio: fc.record(
    { output: fc.record({ format, voice }, { requiredKeys: [], noNullPrototype: true }) },
    { requiredKeys: [], noNullPrototype: true },
  ),
  conversation: fc.constantFrom('auto', 'none'),
  instructions: words,
  max_output_tokens: maxTokens,
  metadata: orNull(fc.dictionary(words, words, { maxKeys: 3, noNullPrototype: true })),
  output_modalities: modalities,
  parallel_tool_calls: fc.boolean(),
  prompt: orNull(prompt),
  reasoning,
  tool_choice: toolChoice,
  tools,
}

/** What the WebSocket refuses on purpose: there is no buffer of output on this side of it. */
type Refused = OutputAudioBufferClearEvent
/** Every event that the official client can send here. */
export type OfficialClientEvent = Exclude<RealtimeClientEvent, Refused> | ResponseCreateEventWithReferencesParam

/** Each of them, from its own type, with anything that the type leaves open. */
export const officialClientEvents: { [T in OfficialClientEvent['type']]: fc.Arbitrary<OfficialClientEvent> } = {
  'session.update': official<SessionUpdateEvent>(
    { type: as('session.update'), event_id, session: fc.oneof(realtimeSession, transcriptionRequest) },
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
    { type: as('conversation.item.create'), event_id, item: officialItem, previous_item_id: itemId },
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
  'response.create': fc.oneof(
    official<ResponseCreateEvent>(
      {
        type: as('response.create'),
        event_id,
        response: official<RealtimeResponseCreateParams>({ ...options, input: list(officialItem) }, []),
      },
      ['type'],
    ),
    official<ResponseCreateEventWithReferencesParam>(
      {
        type: as('response.create'),
        event_id,
        response: official<WithReferences>({ ...options, input: list(fc.oneof(officialItem, reference)) }, []),
      },
      ['type'],
    ),
  ),
  'response.cancel': official<ResponseCancelEvent>({ type: as('response.cancel'), event_id, response_id: itemId }, [
    'type',
  ]),
}
