import { z } from 'zod'
import { serverEvent } from './event.ts'
import { itemSchema } from './item.ts'
import { logprobsSchema } from './logprobs.ts'
import { responseObjectSchema } from './response-object.ts'
import { count, integer } from './scalars.ts'
import { shownSessionSchema } from './shown-session.ts'
import { transcriptionUsageSchema } from './usage.ts'
import { wireErrorSchema } from './wire-error.ts'

const id = z.string()

const itemInPlace = {
  previous_item_id: id.nullable().describe('The item before it; null: it is the first.'),
  item: itemSchema,
}

const userAudio = { item_id: id, content_index: count }

const logprobs = logprobsSchema.nullable().exactOptional()

const outputItem = { response_id: id, output_index: count, item: itemSchema }
const call = { response_id: id, item_id: id, output_index: count }
const mcpCall = { item_id: id, output_index: count }
const part = { response_id: id, item_id: id, output_index: count, content_index: count }

const responsePartSchema = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('text'), text: z.string() }),
    z.strictObject({ type: z.literal('audio'), transcript: z.string() }),
  ])
  .meta({ id: 'ResponsePart', description: 'A part of an output item; empty when it is added, whole when it is done.' })
/** The `part` of `response.content_part.added` and `.done`. */
export type ResponsePart = z.infer<typeof responsePartSchema>

/** Every event that the server may send. */
export const serverEvents = [
  serverEvent(
    'error',
    'A client event was refused, or something failed; the session goes on unless the socket closes.',
    {
      error: wireErrorSchema,
    },
  ),
  serverEvent('session.created', 'The first event of a session.', { session: shownSessionSchema }),
  serverEvent(
    'session.resumed',
    'An extension of this server: the first event of a connection that resumes a session; the events that were missed follow.',
    {
      session: shownSessionSchema,
      received: z
        .strictObject({
          events: count.describe(
            'So many of the client’s events were taken, counted from 1 over the whole life of the session.',
          ),
          audio_from: integer({ min: 1 }).describe(
            'From this event on, `input_audio_buffer.append` is wanted again, whether it was taken or not.',
          ),
        })
        .describe('What of the client’s events need not be sent again.'),
    },
  ),
  serverEvent('session.updated', 'Answers `session.update`.', { session: shownSessionSchema }),
  serverEvent('conversation.created', 'Follows `session.created`; can be switched off.', {
    conversation: z.strictObject({ id, object: z.literal('realtime.conversation') }),
  }),
  serverEvent('conversation.item.added', 'An item has joined the conversation.', itemInPlace),
  serverEvent('conversation.item.done', 'An item of the conversation is final.', itemInPlace),
  serverEvent('conversation.item.retrieved', 'Answers `conversation.item.retrieve`.', { item: itemSchema }),
  serverEvent('conversation.item.deleted', 'Answers `conversation.item.delete`.', { item_id: id }),
  serverEvent('conversation.item.truncated', 'Answers `conversation.item.truncate`.', {
    item_id: id,
    content_index: count,
    audio_end_ms: count,
  }),
  serverEvent('conversation.item.input_audio_transcription.delta', 'Text of the user’s audio, as it is recognized.', {
    ...userAudio,
    delta: z.string(),
    logprobs,
  }),
  serverEvent('conversation.item.input_audio_transcription.completed', 'The settled text of the user’s audio.', {
    ...userAudio,
    transcript: z.string(),
    usage: transcriptionUsageSchema,
    logprobs,
  }),
  serverEvent('conversation.item.input_audio_transcription.failed', 'The user’s audio could not be transcribed.', {
    ...userAudio,
    error: z.strictObject({
      type: z.string(),
      code: z.string(),
      message: z.string(),
      param: z.string().exactOptional(),
    }),
  }),
  serverEvent('input_audio_buffer.committed', 'The input buffer has become an item.', {
    previous_item_id: id.nullable(),
    item_id: id,
  }),
  serverEvent('input_audio_buffer.cleared', 'The input buffer has been emptied.', {}),
  serverEvent('input_audio_buffer.speech_started', 'The user has begun to speak.', {
    audio_start_ms: count.describe('Counted over all audio of the session; the prefix padding is before the speech.'),
    item_id: id.describe('The item that the audio will become.'),
  }),
  serverEvent('input_audio_buffer.speech_stopped', 'The user’s turn has ended.', {
    audio_end_ms: count.describe('Counted over all audio of the session.'),
    item_id: id,
  }),
  serverEvent(
    'input_audio_buffer.timeout_triggered',
    'The user has said nothing for `idle_timeout_ms` after a response.',
    {
      audio_start_ms: count.describe('Where the silence began, counted over all audio of the session.'),
      audio_end_ms: count,
      item_id: id.describe('The item that the silence becomes.'),
    },
  ),
  serverEvent('rate_limits.updated', 'What is left of the limits; at the start and the end of a response.', {
    rate_limits: z.array(
      z.strictObject({
        name: z.enum(['requests', 'tokens']),
        limit: count,
        remaining: count,
        reset_seconds: z.number().min(0),
      }),
    ),
  }),
  serverEvent('mcp_list_tools.in_progress', 'An MCP server is asked for its tools.', { item_id: id }),
  serverEvent('mcp_list_tools.completed', 'An MCP server has listed its tools.', { item_id: id }),
  serverEvent('mcp_list_tools.failed', 'An MCP server could not be asked for its tools.', { item_id: id }),
  serverEvent('response.created', 'The first event of a response.', { response: responseObjectSchema }),
  serverEvent('response.output_item.added', 'A response has begun an item.', outputItem),
  serverEvent('response.content_part.added', 'An output item has begun a part.', { ...part, part: responsePartSchema }),
  serverEvent('response.output_text.delta', 'More text.', { ...part, delta: z.string() }),
  serverEvent('response.output_text.done', 'The text is whole.', { ...part, text: z.string() }),
  serverEvent('response.output_audio_transcript.delta', 'More of the words that are spoken.', {
    ...part,
    delta: z.string(),
  }),
  serverEvent('response.output_audio_transcript.done', 'The transcript is whole.', { ...part, transcript: z.string() }),
  serverEvent('response.output_audio.delta', 'More audio.', {
    ...part,
    delta: z.string().describe('Base64 of audio in the response’s output format.'),
  }),
  serverEvent('response.output_audio.done', 'The audio is whole.', part),
  serverEvent('response.function_call_arguments.delta', 'More of the arguments of a function call.', {
    ...call,
    call_id: id,
    delta: z.string(),
  }),
  serverEvent('response.function_call_arguments.done', 'The arguments of a function call are whole.', {
    ...call,
    call_id: id,
    name: z.string(),
    arguments: z.string(),
  }),
  serverEvent('response.mcp_call_arguments.delta', 'More of the arguments of a call of an MCP tool.', {
    ...call,
    delta: z.string(),
    obfuscation: z.string().describe('Padding, without meaning.'),
  }),
  serverEvent('response.mcp_call_arguments.done', 'The arguments of a call of an MCP tool are whole.', {
    ...call,
    arguments: z.string(),
  }),
  serverEvent('response.mcp_call.in_progress', 'An MCP tool runs.', mcpCall),
  serverEvent('response.mcp_call.completed', 'An MCP tool has succeeded.', mcpCall),
  serverEvent('response.mcp_call.failed', 'An MCP tool has failed; its item says why.', mcpCall),
  serverEvent('response.content_part.done', 'A part is final.', { ...part, part: responsePartSchema }),
  serverEvent('response.output_item.done', 'An output item is final, completed or cut short.', outputItem),
  serverEvent('response.done', 'Always the last event of a response, whatever became of it.', {
    response: responseObjectSchema,
  }),
] as const

export type ServerEvent = z.infer<(typeof serverEvents)[number]>
export type ServerEventType = ServerEvent['type']
export type ServerEventOf<T extends ServerEventType> = Extract<ServerEvent, { type: T }>

/** A server event that has not been given its id yet. */
export type ServerEventBody = WithoutId<ServerEvent>
type WithoutId<E> = E extends unknown ? Omit<E, 'event_id'> : never
