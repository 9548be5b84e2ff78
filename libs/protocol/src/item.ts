import { z } from 'zod'
import { maxLength } from './bounds.ts'
import { listedToolsSchema } from './mcp-tool.ts'
import { text } from './scalars.ts'

const status = z.enum(['in_progress', 'completed', 'incomplete'])
export type ItemStatus = z.infer<typeof status>

const identity = { id: z.string(), object: z.literal('realtime.item'), status }

const audio = z
  .string()
  .exactOptional()
  .describe('Base64 in the session’s format; only in `conversation.item.retrieved`.')

const inputText = z
  .strictObject({ type: z.literal('input_text'), text: z.string() })
  .meta({ id: 'InputText', description: 'Text of the user or the system.' })
const inputAudio = z
  .strictObject({
    type: z.literal('input_audio'),
    transcript: z.string().nullable().describe('Null until the audio has been transcribed.'),
    audio,
  })
  .meta({ id: 'InputAudio', description: 'Speech of the user.' })
const inputImage = z
  .strictObject({
    type: z.literal('input_image'),
    image_url: z.string().describe('Data URI of a PNG or JPEG.'),
    detail: z.enum(['auto', 'low', 'high']),
  })
  .meta({ id: 'InputImage', description: 'A picture that the user shows.' })
const outputText = z
  .strictObject({ type: z.literal('output_text'), text: z.string() })
  .meta({ id: 'OutputText', description: 'Text of the assistant.' })
const outputAudio = z
  .strictObject({
    type: z.literal('output_audio'),
    transcript: z.string().exactOptional().describe('Absent once the audio was truncated.'),
    audio,
  })
  .meta({ id: 'OutputAudio', description: 'Speech of the assistant.' })

const message = { ...identity, type: z.literal('message') }

const messageItemSchema = z.discriminatedUnion('role', [
  z.strictObject({ ...message, role: z.literal('system'), content: z.array(inputText) }),
  z.strictObject({
    ...message,
    role: z.literal('user'),
    content: z.array(z.discriminatedUnion('type', [inputText, inputAudio, inputImage])),
  }),
  z.strictObject({
    ...message,
    role: z.literal('assistant'),
    content: z.array(z.discriminatedUnion('type', [outputText, outputAudio])),
  }),
])
export type MessageItem = z.infer<typeof messageItemSchema>

const callArguments = z.string().describe('JSON text, as the model made it.')

const functionCallItemSchema = z.strictObject({
  ...identity,
  type: z.literal('function_call'),
  call_id: z.string(),
  name: z.string(),
  arguments: callArguments,
})
export type FunctionCallItem = z.infer<typeof functionCallItemSchema>

const functionCallOutputItemSchema = z.strictObject({
  ...identity,
  type: z.literal('function_call_output'),
  call_id: z.string(),
  output: z.string(),
})
export type FunctionCallOutputItem = z.infer<typeof functionCallOutputItemSchema>

const mcpListToolsItemSchema = z.strictObject({
  ...identity,
  type: z.literal('mcp_list_tools'),
  server_label: z.string(),
  tools: listedToolsSchema.describe('Empty until the server has answered.'),
})
export type McpListToolsItem = z.infer<typeof mcpListToolsItemSchema>

const mcpMessage = text(maxLength.call)

export const mcpErrorSchema = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('protocol_error'), code: z.int(), message: mcpMessage }),
    z.strictObject({ type: z.literal('http_error'), code: z.int(), message: mcpMessage }),
    z.strictObject({ type: z.literal('tool_execution_error'), message: mcpMessage }),
  ])
  .meta({ id: 'McpError', description: 'Why a call of an MCP tool failed: on the way, by HTTP, or in the tool.' })
export type McpError = z.infer<typeof mcpErrorSchema>

const mcpCallItemSchema = z.strictObject({
  ...identity,
  type: z.literal('mcp_call'),
  server_label: z.string(),
  name: z.string(),
  arguments: callArguments,
  approval_request_id: z.string().nullable(),
  output: z.string().nullable().describe('Null until the call has succeeded.'),
  error: mcpErrorSchema.nullable(),
})
export type McpCallItem = z.infer<typeof mcpCallItemSchema>

const mcpApprovalRequestItemSchema = z.strictObject({
  ...identity,
  type: z.literal('mcp_approval_request'),
  server_label: z.string(),
  name: z.string(),
  arguments: callArguments,
})
export type McpApprovalRequestItem = z.infer<typeof mcpApprovalRequestItemSchema>

const mcpApprovalResponseItemSchema = z.strictObject({
  ...identity,
  type: z.literal('mcp_approval_response'),
  approval_request_id: z.string(),
  approve: z.boolean(),
  reason: z.string().nullable(),
})

export const itemSchema = z
  .discriminatedUnion('type', [
    messageItemSchema,
    functionCallItemSchema,
    functionCallOutputItemSchema,
    mcpListToolsItemSchema,
    mcpCallItemSchema,
    mcpApprovalRequestItemSchema,
    mcpApprovalResponseItemSchema,
  ])
  .meta({
    id: 'Item',
    description: 'One item of a conversation. Audio is shown by its transcript, except when it is retrieved.',
  })
/** One item of a conversation, as the server shows it. */
export type Item = z.infer<typeof itemSchema>

/** One part of a message item, as the server shows it. */
export type ContentPart = MessageItem['content'][number]
