import type { GenerationRequest, LanguageUsage } from '@voicebox/engines'
import { wordsIn } from '../words-in.ts'

/** What OpenAI counts for a picture at the least. */
const tokensInPicture = 85

/**
 * Estimates the usage for a provider that reports none: a token for every four bytes of UTF-8, which is about right for
 * English and for Chinese alike, and four tokens around each message and each tool.
 */
export function estimateUsage({ instructions, context, tools = [] }: GenerationRequest, answer: string): LanguageUsage {
  const texts = [instructions, ...context.map(wordsIn), ...tools.map((tool) => JSON.stringify(tool))]
  const words = texts.filter((text) => text !== '').reduce((sum, text) => sum + tokensIn(text) + 4, 0)
  const pictures = context.reduce((sum, entry) => sum + ('text' in entry ? (entry.images?.length ?? 0) : 0), 0)
  return { inputTokens: words + pictures * tokensInPicture, outputTokens: tokensIn(answer), cachedTokens: 0 }
}

function tokensIn(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4)
}
