import { z } from 'zod'
import { audioBase64 } from './base64.ts'
import { itemId, text } from './scalars.ts'

const maxTextLength = 256_000

const identity = {
  id: itemId.exactOptional().describe('At most 32 characters; the server makes one if it is left out.'),
  object: z.literal('realtime.item').exactOptional(),
  status: z.enum(['in_progress', 'completed', 'incomplete']).exactOptional().describe('Accepted, without effect.'),
}

const inputText = z
  .strictObject({ type: z.literal('input_text'), text: text(maxTextLength) })
  .meta({ id: 'TextInput', description: 'Text of the user or the system.' })
const inputAudio = z
  .strictObject({
    type: z.literal('input_audio'),
    audio: audioBase64.describe('Base64 of audio in the session’s input format.'),
    transcript: text(maxTextLength).nullable().exactOptional().describe('What was said, if the client knows.'),
  })
  .meta({ id: 'AudioInput', description: 'Speech of the user.' })

/** Nobody can put audio into the assistant's mouth: `output_audio` counts as text, and so lacks `text` if it brings audio. */
const outputText = z
  .strictObject({ type: z.enum(['output_text', 'text', 'output_audio']), text: text(maxTextLength) })
  .transform((part) => ({ type: 'output_text' as const, text: part.text }))
  .meta({ id: 'AssistantTextInput', description: 'Text of the assistant; it becomes `output_text`.' })

const message = { ...identity, type: z.literal('message') }

const messageInput = z.discriminatedUnion('role', [
  z.strictObject({
    ...message,
    role: z.literal('system'),
    content: z.array(z.discriminatedUnion('type', [inputText])),
  }),
  z.strictObject({
    ...message,
    role: z.literal('user'),
    content: z.array(z.discriminatedUnion('type', [inputText, inputAudio])),
  }),
  z.strictObject({ ...message, role: z.literal('assistant'), content: z.array(outputText) }),
])

const functionCallInput = z.strictObject({
  ...identity,
  type: z.literal('function_call'),
  call_id: z.string().min(1).exactOptional().describe('The server makes one if it is left out.'),
  name: z.string().min(1),
  arguments: z.string(),
})

const functionCallOutputInput = z.strictObject({
  ...identity,
  type: z.literal('function_call_output'),
  call_id: z.string().min(1),
  output: z.string(),
})

export const itemInputSchema = z
  .discriminatedUnion('type', [messageInput, functionCallInput, functionCallOutputInput])
  .meta({ id: 'ItemInput', description: 'An item as the client gives it.' })
/** An item as `conversation.item.create` brings it; text of the assistant always arrives as `output_text`. */
export type ItemInput = z.infer<typeof itemInputSchema>

const itemReferenceSchema = z
  .strictObject({ type: z.literal('item_reference'), id: z.string() })
  .meta({ id: 'ItemReference', description: 'An item that is in the conversation already.' })

export const responseInputSchema = z.discriminatedUnion('type', [itemInputSchema, itemReferenceSchema])
/** One entry of `response.create`'s `input`. */
export type ResponseInput = z.infer<typeof responseInputSchema>
