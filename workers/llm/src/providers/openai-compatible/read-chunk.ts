import type { FinishReason, LanguageUsage } from '@voicebox/engines'

/** What one chunk of a streamed chat completion says; a chunk of another shape says nothing. */
export interface ReadChunk {
  text: string
  reason?: FinishReason
  usage?: LanguageUsage
}

export function readChunk(chunk: unknown): ReadChunk {
  const choices = field(chunk, 'choices')
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined
  const text = field(field(choice, 'delta'), 'content')
  const reason = field(choice, 'finish_reason')
  const usage = readUsage(field(chunk, 'usage'))
  return {
    text: typeof text === 'string' ? text : '',
    ...(typeof reason === 'string' && reason !== '' ? { reason: reasons[reason] ?? 'stop' } : {}),
    ...(usage === undefined ? {} : { usage }),
  }
}

const reasons: Partial<Record<string, FinishReason>> = { length: 'max_output_tokens', content_filter: 'content_filter' }

function readUsage(usage: unknown): LanguageUsage | undefined {
  const inputTokens = field(usage, 'prompt_tokens')
  const outputTokens = field(usage, 'completion_tokens')
  if (typeof inputTokens !== 'number' || typeof outputTokens !== 'number') return undefined
  const cached = field(field(usage, 'prompt_tokens_details'), 'cached_tokens')
  return { inputTokens, outputTokens, cachedTokens: typeof cached === 'number' ? cached : 0 }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}
