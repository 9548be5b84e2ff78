import type { GenerationRequest, LanguageEvent } from '@voicebox/engines'

/** Answers `text` word by word, a word counting as a token; `pace` is waited for before each word. */
export async function* sayWords(
  text: string,
  request: GenerationRequest,
  pace: (index: number) => Promise<void> = () => Promise.resolve(),
): AsyncGenerator<LanguageEvent, void, undefined> {
  const words = wordsOf(text)
  const limit = Math.min(words.length, request.maxOutputTokens ?? Infinity)
  for (const [index, word] of words.slice(0, limit).entries()) {
    await pace(index)
    if (request.signal.aborted) return
    yield { kind: 'text', text: word }
  }
  if (request.signal.aborted) return
  const heard = [request.instructions, ...request.context.map((item) => item.text)]
  const inputTokens = heard.reduce((sum, part) => sum + wordsOf(part).length, 0)
  const reason = limit < words.length ? 'max_output_tokens' : 'stop'
  yield { kind: 'finish', reason, usage: { inputTokens, outputTokens: limit, cachedTokens: 0 } }
}

/** The words of a text, each with the space before it, so that their concatenation is the text. */
function wordsOf(text: string): string[] {
  return text.match(/\s*\S+(?:\s+$)?/g) ?? []
}
