import type { FinishReason, LanguageUsage } from '@voicebox/engines'
import type { CallPiece } from './call-reader.ts'

/** What one chunk of a streamed chat completion says; a chunk of another shape says nothing. */
export interface ReadChunk {
  text: string
  calls: CallPiece[]
  reason?: FinishReason
  usage?: LanguageUsage
}

export function readChunk(chunk: unknown): ReadChunk {
  const choices = field(chunk, 'choices')
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined
  const delta = field(choice, 'delta')
  const text = field(delta, 'content')
  const calls = field(delta, 'tool_calls')
  const reason = field(choice, 'finish_reason')
  const usage = readUsage(field(chunk, 'usage'))
  return {
    text: typeof text === 'string' ? text : '',
    calls: Array.isArray(calls) ? calls.map(readCall) : [],
    ...(typeof reason === 'string' && reason !== '' ? { reason: reasons[reason] ?? 'stop' } : {}),
    ...(usage === undefined ? {} : { usage }),
  }
}

const reasons: Partial<Record<string, FinishReason>> = { length: 'max_output_tokens', content_filter: 'content_filter' }

function readCall(piece: unknown): CallPiece {
  const index = field(piece, 'index')
  const id = field(piece, 'id')
  const called = field(piece, 'function')
  const name = field(called, 'name')
  return {
    ...(typeof index === 'number' ? { index } : {}),
    ...(typeof id === 'string' && id !== '' ? { id } : {}),
    ...(typeof name === 'string' && name !== '' ? { name } : {}),
    text: argumentsText(field(called, 'arguments')),
  }
}

/** Some providers give the arguments as they would be, not as text. */
function argumentsText(given: unknown): string {
  if (typeof given === 'string') return given
  return typeof given === 'object' && given !== null ? JSON.stringify(given) : ''
}

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
