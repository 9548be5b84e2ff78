import { z } from 'zod'

const status = z.enum(['in_progress', 'completed', 'incomplete'])
export type ItemStatus = z.infer<typeof status>

const identity = { id: z.string(), object: z.literal('realtime.item'), status }

const inputText = z
  .strictObject({ type: z.literal('input_text'), text: z.string() })
  .meta({ id: 'InputText', description: 'Text of the user or the system.' })
const inputAudio = z
  .strictObject({
    type: z.literal('input_audio'),
    transcript: z.string().nullable().describe('Null until the audio has been transcribed.'),
  })
  .meta({ id: 'InputAudio', description: 'Speech of the user.' })
const outputText = z
  .strictObject({ type: z.literal('output_text'), text: z.string() })
  .meta({ id: 'OutputText', description: 'Text of the assistant.' })
const outputAudio = z
  .strictObject({ type: z.literal('output_audio'), transcript: z.string() })
  .meta({ id: 'OutputAudio', description: 'Speech of the assistant.' })

const message = { ...identity, type: z.literal('message') }

const messageItemSchema = z.discriminatedUnion('role', [
  z.strictObject({ ...message, role: z.literal('system'), content: z.array(inputText) }),
  z.strictObject({
    ...message,
    role: z.literal('user'),
    content: z.array(z.discriminatedUnion('type', [inputText, inputAudio])),
  }),
  z.strictObject({
    ...message,
    role: z.literal('assistant'),
    content: z.array(z.discriminatedUnion('type', [outputText, outputAudio])),
  }),
])
export type MessageItem = z.infer<typeof messageItemSchema>

const functionCallItemSchema = z.strictObject({
  ...identity,
  type: z.literal('function_call'),
  call_id: z.string(),
  name: z.string(),
  arguments: z.string().describe('JSON text, as the model made it.'),
})
export type FunctionCallItem = z.infer<typeof functionCallItemSchema>

const functionCallOutputItemSchema = z.strictObject({
  ...identity,
  type: z.literal('function_call_output'),
  call_id: z.string(),
  output: z.string(),
})
export type FunctionCallOutputItem = z.infer<typeof functionCallOutputItemSchema>

export const itemSchema = z
  .discriminatedUnion('type', [messageItemSchema, functionCallItemSchema, functionCallOutputItemSchema])
  .meta({ id: 'Item', description: 'One item of a conversation. Audio itself is never shown, only its transcript.' })
/** One item of a conversation, as the server shows it. */
export type Item = z.infer<typeof itemSchema>

/** One part of a message item, as the server shows it. */
export type ContentPart = MessageItem['content'][number]
