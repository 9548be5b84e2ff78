import { speakable } from './speakable.ts'

/** Shorter than this, a clause is not worth a segment of its own: its speech would end before the next is made. */
const leastLength = 20

/**
 * Finds where the first clause that is long enough to be spoken by itself ends, its trailing space included; 0 if there
 * is none yet. A mark inside a word or number ("1,000", "10:30", "well-known") ends nothing.
 */
export function clauseEnd(text: string): number {
  for (const match of text.matchAll(clauseMark)) {
    const end = match.index + match[0].length
    if (end < text.length && lengthOf(speakable(text.slice(0, end))) >= leastLength) return end
  }
  return 0
}

/** Where to cut a text that goes on for too long: after its last clause or word within `limit`, else between two graphemes. */
export function forcedEnd(text: string, limit: number): number {
  const start = text.slice(0, limit)
  const clauses = [...start.matchAll(clauseMark)].map((match) => match.index + match[0].length)
  const clause = clauses.at(-1) ?? 0
  if (clause >= limit / 2) return clause
  const space = /^[^]*\s(?=\S*$)/u.exec(start)?.[0].length ?? 0
  return space || graphemes.segment(text).containing(limit)?.index || limit
}

const clauseMark = /(?:[,;:]["'”’»)\]*_]*(?=\s)|[、，；：]|\s[–-](?=\s)|(?<=[\p{L}\s])—(?=[\p{L}\s]))\s*/gu
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** A Chinese, Japanese or Korean character says about as much as three Latin ones. */
function lengthOf(text: string): number {
  return text.length + 2 * (text.match(/[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/gu)?.length ?? 0)
}
