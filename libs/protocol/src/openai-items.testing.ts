import fc from 'fast-check'
import type {
  ConversationItem,
  RealtimeConversationItemAssistantMessage as AssistantMessage,
  RealtimeConversationItemFunctionCall as FunctionCall,
  RealtimeConversationItemFunctionCallOutput as FunctionCallOutput,
  RealtimeConversationItemSystemMessage as SystemMessage,
  RealtimeConversationItemUserMessage as UserMessage,
  RealtimeMcpApprovalRequest,
  RealtimeMcpApprovalResponse,
  RealtimeMcpListTools,
  RealtimeMcpToolCall,
} from 'openai/resources/realtime/realtime'
import type { Meant } from './openai-meant.testing.ts'
import {
  base64,
  itemId,
  itemObject as object,
  itemStatus as status,
  jsonObject,
  list,
  name,
  official,
  orNull,
  words,
} from './openai-record.testing.ts'

const as = fc.constant
const identity = { id: itemId, object, status }

const inputText = fc.record({ type: as('input_text' as const), text: words })
const inputAudio = official<Extract<Meant<UserMessage.Content>, { type: 'input_audio' }>>(
  { type: as('input_audio'), audio: base64, transcript: words },
  ['type', 'audio'],
)
const inputImage = official<Extract<Meant<UserMessage.Content>, { type: 'input_image' }>>(
  {
    type: as('input_image'),
    image_url: base64.map((bytes) => `data:image/png;base64,${bytes}`),
    detail: fc.constantFrom('auto', 'low', 'high'),
  },
  ['type', 'image_url'],
)
const outputText = fc.record({ type: fc.constantFrom('output_text' as const, 'output_audio' as const), text: words })

const message = { ...identity, type: as('message' as const) }
const call = { arguments: words, name }
const mcpCall = { ...call, id: itemId, server_label: name }

/** Every kind of item that the official client can send, by its types. */
export const officialItems = {
  system: official<SystemMessage>({ ...message, role: as('system'), content: list(inputText) }, [
    'type',
    'role',
    'content',
  ]),
  user: official<UserMessage>(
    { ...message, role: as('user'), content: list(fc.oneof(inputText, inputAudio, inputImage)) },
    ['type', 'role', 'content'],
  ),
  assistant: official<AssistantMessage>({ ...message, role: as('assistant'), content: list(outputText) }, [
    'type',
    'role',
    'content',
  ]),
  function_call: official<FunctionCall>({ ...identity, ...call, type: as('function_call'), call_id: name }, [
    'type',
    'name',
    'arguments',
  ]),
  function_call_output: official<FunctionCallOutput>(
    { ...identity, type: as('function_call_output'), call_id: name, output: words },
    ['type', 'call_id', 'output'],
  ),
  mcp_approval_response: official<RealtimeMcpApprovalResponse>(
    {
      id: itemId,
      type: as('mcp_approval_response'),
      approval_request_id: name,
      approve: fc.boolean(),
      reason: orNull(words),
    },
    ['id', 'type', 'approval_request_id', 'approve'],
  ),
  mcp_list_tools: official<RealtimeMcpListTools>(
    {
      id: itemId,
      type: as('mcp_list_tools'),
      server_label: name,
      tools: list(
        official<RealtimeMcpListTools.Tool>(
          { name, description: orNull(words), input_schema: jsonObject, annotations: orNull(jsonObject) },
          ['name', 'input_schema'],
        ),
      ),
    },
    ['type', 'server_label', 'tools'],
  ),
  mcp_call: official<RealtimeMcpToolCall>(
    {
      ...mcpCall,
      type: as('mcp_call'),
      approval_request_id: orNull(name),
      output: orNull(words),
      error: orNull(
        fc.oneof(
          fc.record({ type: fc.constantFrom('protocol_error', 'http_error'), code: fc.integer(), message: words }),
          fc.record({ type: as('tool_execution_error' as const), message: words }),
        ),
      ),
    },
    ['id', 'type', 'server_label', 'name', 'arguments'],
  ),
  mcp_approval_request: official<RealtimeMcpApprovalRequest>({ ...mcpCall, type: as('mcp_approval_request') }, [
    'id',
    'type',
    'server_label',
    'name',
    'arguments',
  ]),
} satisfies Record<string, fc.Arbitrary<ConversationItem>>

export const officialItem: fc.Arbitrary<ConversationItem> = fc.oneof(...Object.values(officialItems))
