import type { TokenLogprob } from '@voicebox/engines'
import type { Transcript } from './messages.ts'

/** Joins the transcripts of consecutive windows, by a space where their script uses it between words. */
export function joinTranscripts(transcripts: readonly Transcript[]): Required<Transcript> {
  let text = ''
  const logprobs: TokenLogprob[] = []
  for (const next of transcripts) {
    if (next.text === '') continue
    const space = separator(text, next.text)
    const [first, ...rest] = next.logprobs ?? []
    if (first !== undefined) logprobs.push({ ...first, token: space + first.token }, ...rest)
    text += space + next.text
  }
  return { text, logprobs }
}

function separator(before: string, after: string): string {
  if (before === '') return ''
  return new RegExp(`${unspaced}$`, 'u').test(before) && new RegExp(`^${unspaced}`, 'u').test(after) ? '' : ' '
}

const unspaced = String.raw`[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}。、！？，]`
