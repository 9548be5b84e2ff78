import { z } from 'zod'
import { serverEvent } from './event.ts'
import { itemSchema } from './item.ts'
import { responseObjectSchema } from './response-object.ts'
import { count } from './scalars.ts'
import { sessionSchema } from './session-object.ts'
import { transcriptionUsageSchema } from './usage.ts'
import { wireErrorSchema } from './wire-error.ts'

const id = z.string()

const itemInPlace = {
  previous_item_id: id.nullable().describe('The item before it; null: it is the first.'),
  item: itemSchema,
}

const userAudio = { item_id: id, content_index: count }

const logprobs = z
  .array(z.strictObject({ token: z.string(), logprob: z.number(), bytes: z.array(z.int()) }))
  .nullable()
  .exactOptional()

const outputItem = { response_id: id, output_index: count, item: itemSchema }
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
  serverEvent('session.created', 'The first event of a connection.', { session: sessionSchema }),
  serverEvent('session.updated', 'Answers `session.update`.', { session: sessionSchema }),
  serverEvent('conversation.item.added', 'An item has joined the conversation.', itemInPlace),
  serverEvent('conversation.item.done', 'An item of the conversation is final.', itemInPlace),
  serverEvent('conversation.item.retrieved', 'Answers `conversation.item.retrieve`.', { item: itemSchema }),
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
