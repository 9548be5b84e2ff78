import type { z } from 'zod'
import { audioBase64 } from './base64.ts'
import { clientEvent } from './event.ts'
import { itemInputSchema } from './item-input.ts'
import { responseOptionsSchema } from './response-options.ts'
import { count, reference } from './scalars.ts'
import { anySessionPatchSchema } from './shown-session.ts'

/** Every event that a client may send. */
export const clientEvents = [
  clientEvent(
    'session.update',
    'Changes the session; answered by `session.updated` with the whole effective session.',
    {
      session: anySessionPatchSchema,
    },
  ),
  clientEvent('input_audio_buffer.append', 'Adds audio to the input buffer; not answered.', {
    audio: audioBase64.describe('Base64 of audio in the session’s input format, at most 15 MiB.'),
  }),
  clientEvent('input_audio_buffer.commit', 'Makes the input buffer a user item; starts no response.', {}),
  clientEvent('input_audio_buffer.clear', 'Empties the input buffer.', {}),
  clientEvent('conversation.item.create', 'Adds an item to the conversation; starts no response.', {
    item: itemInputSchema,
    previous_item_id: reference
      .nullable()
      .exactOptional()
      .describe('The item to insert after; `root` makes it the first; null or left out, the last.'),
  }),
  clientEvent(
    'conversation.item.retrieve',
    'Asks for an item as the server has it. One that a long conversation has left for history comes without audio, when history answers.',
    {
      item_id: reference,
    },
  ),
  clientEvent('conversation.item.delete', 'Removes an item from the conversation.', { item_id: reference }),
  clientEvent(
    'conversation.item.truncate',
    'Cuts an item of the assistant to what the user has heard; its transcript is dropped and the model sees only that much.',
    {
      item_id: reference,
      content_index: count.describe('The part; 0, since an item of the assistant has one.'),
      audio_end_ms: count.describe('How much of its audio was played.'),
    },
  ),
  clientEvent('response.create', 'Asks for a response.', {
    response: responseOptionsSchema.exactOptional(),
  }),
  clientEvent('response.cancel', 'Stops a response.', {
    response_id: reference.exactOptional().describe('Left out: the conversation’s response in flight.'),
  }),
] as const

/** A client event after parsing: valid, with defaults filled in. */
export type ClientEvent = z.infer<(typeof clientEvents)[number]>
export type ClientEventType = ClientEvent['type']
export type ClientEventOf<T extends ClientEventType> = Extract<ClientEvent, { type: T }>
