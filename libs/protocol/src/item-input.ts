import { z } from 'zod'
import { audioBase64 } from './base64.ts'
import { maxLength } from './bounds.ts'
import { freeObject } from './free-json.ts'
import { imageUrl } from './image-url.ts'
import { mcpErrorSchema } from './item.ts'
import { serverLabel } from './mcp-tool.ts'
import { itemId, reference, text } from './scalars.ts'

const maxParts = 256
const maxListedTools = 512

export const words = text(maxLength.text)
const callId = text(maxLength.callId).min(1)
const toolName = text(maxLength.name).min(1)
const callText = text(maxLength.call)

const identity = {
  id: itemId.exactOptional().describe('At most 32 characters; the server makes one if it is left out.'),
  object: z.literal('realtime.item').exactOptional(),
  status: z.enum(['in_progress', 'completed', 'incomplete']).exactOptional().describe('Accepted, without effect.'),
}

export const inputText = z
  .strictObject({ type: z.literal('input_text'), text: words })
  .meta({ id: 'TextInput', description: 'Text of the user or the system.' })
export const inputAudio = z
  .strictObject({
    type: z.literal('input_audio'),
    audio: audioBase64.describe('Base64 of audio in the session’s input format.'),
    transcript: words.nullable().exactOptional().describe('What was said, if the client knows.'),
  })
  .meta({ id: 'AudioInput', description: 'Speech of the user.' })

const inputImage = z
  .strictObject({
    type: z.literal('input_image'),
    image_url: imageUrl,
    detail: z.enum(['auto', 'low', 'high']).default('auto').describe('How closely the model looks.'),
  })
  .meta({ id: 'ImageInput', description: 'A picture that the user shows.' })

/** Nobody can put audio into the assistant's mouth: `output_audio` counts as text, and so lacks `text` if it brings audio. */
const outputText = z
  .strictObject({ type: z.enum(['output_text', 'text', 'output_audio']), text: words })
  .transform((part) => ({ type: 'output_text' as const, text: part.text }))
  .meta({ id: 'AssistantTextInput', description: 'Text of the assistant; it becomes `output_text`.' })

export const messageShape = { ...identity, type: z.literal('message') }

/** The parts of one message. */
export const content = <S extends z.ZodType>(part: S) => z.array(part).max(maxParts)

const messageInputSchema = z.discriminatedUnion('role', [
  z.strictObject({
    ...messageShape,
    role: z.literal('system'),
    content: content(z.discriminatedUnion('type', [inputText])),
  }),
  z.strictObject({
    ...messageShape,
    role: z.literal('user'),
    content: content(z.discriminatedUnion('type', [inputText, inputAudio, inputImage])),
  }),
  z.strictObject({ ...messageShape, role: z.literal('assistant'), content: content(outputText) }),
])

export const functionCallInputSchema = z.strictObject({
  ...identity,
  type: z.literal('function_call'),
  call_id: callId.exactOptional().describe('At most 64 characters; the server makes one if it is left out.'),
  name: toolName,
  arguments: callText,
})

export const functionCallOutputInputSchema = z.strictObject({
  ...identity,
  type: z.literal('function_call_output'),
  call_id: callId,
  output: callText,
})

const mcpApprovalResponseInput = z.strictObject({
  ...identity,
  type: z.literal('mcp_approval_response'),
  approval_request_id: reference.min(1),
  approve: z.boolean(),
  reason: words.nullable().exactOptional().describe('Told to the model where the call was refused.'),
})

const mcpListToolsInput = z.strictObject({
  ...identity,
  type: z.literal('mcp_list_tools'),
  server_label: serverLabel,
  tools: z
    .array(
      z.strictObject({
        name: toolName,
        description: text(maxLength.hint)
          .nullable()
          .default(null)
          .transform((description) => description ?? ''),
        input_schema: freeObject,
        annotations: freeObject.nullable().default(null),
      }),
    )
    .max(maxListedTools)
    .describe('Shown in the conversation; the model is given only what a server of the session lists.'),
})

const mcpCall = { server_label: serverLabel, name: toolName, arguments: callText }

const mcpCallInput = z.strictObject({
  ...identity,
  type: z.literal('mcp_call'),
  ...mcpCall,
  approval_request_id: reference.nullable().default(null),
  output: callText.nullable().default(null),
  error: mcpErrorSchema.nullable().default(null),
})

const mcpApprovalRequestInput = z.strictObject({ ...identity, type: z.literal('mcp_approval_request'), ...mcpCall })

export const itemInputSchema = z
  .discriminatedUnion('type', [
    messageInputSchema,
    functionCallInputSchema,
    functionCallOutputInputSchema,
    mcpApprovalResponseInput,
    mcpListToolsInput,
    mcpCallInput,
    mcpApprovalRequestInput,
  ])
  .meta({ id: 'ItemInput', description: 'An item as the client gives it.' })
/** An item as `conversation.item.create` brings it; text of the assistant always arrives as `output_text`. */
export type ItemInput = z.infer<typeof itemInputSchema>

export const itemReferenceSchema = z
  .strictObject({ type: z.literal('item_reference'), id: reference })
  .meta({ id: 'ItemReference', description: 'An item that is in the conversation already.' })

export const responseInputSchema = z.discriminatedUnion('type', [itemInputSchema, itemReferenceSchema])
/** One entry of `response.create`'s `input`. */
export type ResponseInput = z.infer<typeof responseInputSchema>
