import type { GenerationRequest } from '@voicebox/engines'
import type { ChatCompletionCreateParamsStreaming } from 'openai/resources/chat/completions'
import type { OpenAICompatibleProvider } from './model.ts'

/** The body of a streamed chat completion. */
export function chatRequest(
  provider: OpenAICompatibleProvider,
  { instructions, context, maxOutputTokens, temperature }: GenerationRequest,
): ChatCompletionCreateParamsStreaming {
  const system = instructions === '' ? [] : [{ role: 'system' as const, content: instructions }]
  return {
    model: provider.model,
    messages: [...system, ...context.map(({ role, text }) => ({ role, content: text }))],
    stream: true,
    stream_options: { include_usage: true },
    ...(temperature === undefined ? {} : { temperature }),
    ...(maxOutputTokens === undefined ? {} : { [limitField(provider.baseURL)]: maxOutputTokens }),
  }
}

/** OpenAI's newer models refuse `max_tokens`; of the others, not every one knows its successor. */
function limitField(baseURL: string): 'max_completion_tokens' | 'max_tokens' {
  const { hostname } = new URL(baseURL)
  return /(^|\.)openai\.(azure\.)?com$/.test(hostname) ? 'max_completion_tokens' : 'max_tokens'
}
