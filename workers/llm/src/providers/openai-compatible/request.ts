import type { GenerationRequest, ToolDeclaration, ToolDemand } from '@voicebox/engines'
import type {
  ChatCompletionCreateParamsStreaming,
  ChatCompletionFunctionTool,
  ChatCompletionToolChoiceOption,
} from 'openai/resources/chat/completions'
import { chatMessages } from './messages.ts'
import type { OpenAICompatibleProvider } from './model.ts'

/** The body of a streamed chat completion. What is said about tools is only sent with tools: providers refuse it else. */
export function chatRequest(
  provider: OpenAICompatibleProvider,
  request: GenerationRequest,
): ChatCompletionCreateParamsStreaming {
  const { tools = [], toolChoice, parallelToolCalls, reasoningEffort, maxOutputTokens, temperature } = request
  return {
    model: provider.model,
    messages: chatMessages(provider, request),
    stream: true,
    stream_options: { include_usage: true },
    ...(tools.length === 0 ? {} : { tools: tools.map(functionTool) }),
    ...(tools.length === 0 || toolChoice === undefined ? {} : { tool_choice: choiceOf(toolChoice) }),
    ...(tools.length === 0 || parallelToolCalls === undefined ? {} : { parallel_tool_calls: parallelToolCalls }),
    ...(reasoningEffort === undefined ? {} : { reasoning_effort: reasoningEffort }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(maxOutputTokens === undefined ? {} : { [limitField(provider.baseURL)]: maxOutputTokens }),
  }
}

/** Parameters are always named, because not every provider takes their absence as "none". */
function functionTool({ name, description, parameters }: ToolDeclaration): ChatCompletionFunctionTool {
  const described = description === undefined ? {} : { description }
  return {
    type: 'function',
    function: { name, ...described, parameters: parameters ?? { type: 'object', properties: {} } },
  }
}

function choiceOf(demand: ToolDemand): ChatCompletionToolChoiceOption {
  return typeof demand === 'object' ? { type: 'function', function: { name: demand.name } } : demand
}

/** OpenAI's newer models refuse `max_tokens`; of the others, not every one knows its successor. */
function limitField(baseURL: string): 'max_completion_tokens' | 'max_tokens' {
  const { hostname } = new URL(baseURL)
  return /(^|\.)openai\.(azure\.)?com$/.test(hostname) ? 'max_completion_tokens' : 'max_tokens'
}
