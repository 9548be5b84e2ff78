import type { SpokenSegment } from './state.ts'

/** How long a character takes to say, where no segment tells: about 15 a second. */
const usualMsPerCharacter = 65
/** Less than half a sample: what sums of fractions may lack. */
const roundingMs = 0.01

/**
 * The words that were spoken by `endMs` of the audio. Segments that were played whole count whole; in the one that was
 * playing, a word counts if it ended by then, its time being its share of the segment's characters.
 */
export function heardWords(segments: readonly SpokenSegment[], endMs: number): string {
  let words = ''
  let startMs = 0
  for (const segment of segments) {
    const leftMs = endMs - startMs
    const isWhole =
      segment.totalMs !== null && segment.sentMs >= segment.totalMs && leftMs + roundingMs >= segment.totalMs
    if (isWhole && segment.sentMs > 0) words += segment.text
    else if (segment.sentMs > 0) return (words + wordsBy(segment, leftMs, segments)).trimEnd()
    startMs += segment.sentMs
    if (startMs > endMs) break
  }
  return words.trimEnd()
}

function wordsBy({ text, sentMs, totalMs }: SpokenSegment, ms: number, all: readonly SpokenSegment[]): string {
  const wholeMs = totalMs ?? Math.max(sentMs, text.length * msPerCharacter(all))
  const spokenCharacters = (Math.min(ms, sentMs) / wholeMs) * text.length
  const words = text.match(/\s*\S+/g) ?? []
  let heard = ''
  for (const word of words) {
    if (heard.length + word.length > spokenCharacters) break
    heard += word
  }
  return heard
}

/** As fast as the segments that were spoken whole. */
function msPerCharacter(segments: readonly SpokenSegment[]): number {
  const whole = segments.filter(({ totalMs, text }) => totalMs !== null && totalMs > 0 && text !== '')
  const characters = whole.reduce((sum, { text }) => sum + text.length, 0)
  return characters === 0
    ? usualMsPerCharacter
    : whole.reduce((sum, { totalMs }) => sum + (totalMs ?? 0), 0) / characters
}
