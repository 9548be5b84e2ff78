import type { TokenLogprob } from '@voicebox/engines'

/**
 * Says of each piece of a text how sure the model is of it. The pieces in a row are the text that `decode` makes of the
 * tokens, less the space around it. Tokens that are no text by themselves, as the bytes of a letter, make one piece together.
 */
export function piecesOf(
  ids: readonly number[],
  logprobs: readonly number[],
  decode: (ids: number[]) => string,
): TokenLogprob[] {
  const pieces: TokenLogprob[] = []
  let told = ''
  let logprob = 0
  for (const [at, own] of logprobs.slice(0, ids.length).entries()) {
    const text = decode(ids.slice(0, at + 1))
    if (text === told) continue // it is no text
    logprob += own
    const isWhole = text.startsWith(told) && !text.endsWith('\uFFFD')
    if (!isWhole && at + 1 < ids.length) continue
    if (!text.startsWith(told)) return [{ token: text.trim(), logprob: sum(logprobs) }]
    pieces.push({ token: text.slice(told.length), logprob })
    told = text
    logprob = 0
  }
  return trimmed(pieces)
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0)

/** Without the space around the text. */
function trimmed(pieces: readonly TokenLogprob[]): TokenLogprob[] {
  const first = pieces.findIndex(({ token }) => token.trim() !== '')
  const last = pieces.findLastIndex(({ token }) => token.trim() !== '')
  const kept = pieces.slice(first, last + 1)
  return kept.map(({ token, logprob }, at) => {
    const begun = at === 0 ? token.trimStart() : token
    return { token: at === kept.length - 1 ? begun.trimEnd() : begun, logprob }
  })
}
