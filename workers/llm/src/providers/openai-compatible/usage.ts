import type { GenerationRequest, LanguageUsage } from '@voicebox/engines'

/**
 * Estimates the usage for a provider that reports none: a token for every four bytes of UTF-8, which is about right for
 * English and for Chinese alike, and four tokens around each message.
 */
export function estimateUsage({ instructions, context }: GenerationRequest, answer: string): LanguageUsage {
  const messages = [instructions, ...context.map((item) => item.text)].filter((text) => text !== '')
  const inputTokens = messages.reduce((sum, text) => sum + tokensIn(text) + 4, 0)
  return { inputTokens, outputTokens: tokensIn(answer), cachedTokens: 0 }
}

function tokensIn(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4)
}
