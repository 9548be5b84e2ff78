import { z } from 'zod'
import { audioBase64 } from './base64.ts'
import { clientEvent } from './event.ts'
import { itemInputSchema } from './item-input.ts'
import { responseOptionsSchema } from './response-options.ts'
import { sessionPatchSchema } from './session-object.ts'

/** Every event that a client may send. */
export const clientEvents = [
  clientEvent(
    'session.update',
    'Changes the session; answered by `session.updated` with the whole effective session.',
    {
      session: sessionPatchSchema,
    },
  ),
  clientEvent('input_audio_buffer.append', 'Adds audio to the input buffer; not answered.', {
    audio: audioBase64.describe('Base64 of audio in the session’s input format, at most 15 MiB.'),
  }),
  clientEvent('input_audio_buffer.commit', 'Makes the input buffer a user item; starts no response.', {}),
  clientEvent('input_audio_buffer.clear', 'Empties the input buffer.', {}),
  clientEvent('conversation.item.create', 'Adds an item to the conversation; starts no response.', {
    item: itemInputSchema,
    previous_item_id: z
      .string()
      .nullable()
      .exactOptional()
      .describe('The item to insert after; `root` makes it the first; null or left out, the last.'),
  }),
  clientEvent('conversation.item.retrieve', 'Asks for an item as the server has it.', {
    item_id: z.string(),
  }),
  clientEvent('response.create', 'Asks for a response.', {
    response: responseOptionsSchema.exactOptional(),
  }),
  clientEvent('response.cancel', 'Stops a response.', {
    response_id: z.string().exactOptional().describe('Left out: the conversation’s response in flight.'),
  }),
] as const

/** A client event after parsing: valid, with defaults filled in. */
export type ClientEvent = z.infer<(typeof clientEvents)[number]>
export type ClientEventType = ClientEvent['type']
export type ClientEventOf<T extends ClientEventType> = Extract<ClientEvent, { type: T }>
