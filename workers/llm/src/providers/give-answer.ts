import type { GenerationRequest, LanguageEvent } from '@voicebox/engines'
import { wordsIn } from './words-in.ts'

/** An answer that is known before it is given. */
export interface KnownAnswer {
  text: string
  calls?: readonly { name: string; arguments: string }[]
}

/**
 * Gives an answer token by token: a word is one, and so are the start of a call and every few characters of its
 * arguments. `pace` is waited for before each. The request's limit of tokens and its signal are kept.
 */
export async function* giveAnswer(
  answer: KnownAnswer,
  request: GenerationRequest,
  pace: (index: number) => Promise<void> = () => Promise.resolve(),
): AsyncGenerator<LanguageEvent, void, undefined> {
  const tokens = tokensOf(answer)
  const limit = Math.min(tokens.length, request.maxOutputTokens ?? Infinity)
  for (const [index, token] of tokens.slice(0, limit).entries()) {
    await pace(index)
    if (request.signal.aborted) return
    yield token
  }
  if (request.signal.aborted) return
  const heard = [request.instructions, ...request.context.map(wordsIn)]
  const inputTokens = heard.reduce((sum, part) => sum + wordsOf(part).length, 0)
  const reason = limit < tokens.length ? 'max_output_tokens' : 'stop'
  yield { kind: 'finish', reason, usage: { inputTokens, outputTokens: limit, cachedTokens: 0 } }
}

function tokensOf({ text, calls = [] }: KnownAnswer): LanguageEvent[] {
  const words = wordsOf(text).map((word) => ({ kind: 'text' as const, text: word }))
  const called = calls.flatMap(({ name, arguments: given }, call) => [
    { kind: 'call_started' as const, call, name },
    ...piecesOf(given).map((piece) => ({ kind: 'call_arguments' as const, call, text: piece })),
  ])
  return [...words, ...called]
}

/** The words of a text, each with the space before it, so that their concatenation is the text. */
function wordsOf(text: string): string[] {
  return text.match(/\s*\S+(?:\s+$)?/g) ?? []
}

/** Whole characters in every piece. */
function piecesOf(text: string): string[] {
  return text.match(/[^]{1,8}/gu) ?? []
}
