import { clauseEnd, forcedEnd } from './clause-end.ts'
import { seemsFinished, sentenceEnd } from './sentence-end.ts'
import { speakable } from './speakable.ts'

/** A piece of the answer that is made into speech at once. */
export interface Segment {
  /** The piece as it was generated. */
  text: string
  /** What is to be said of it. */
  speech: string
}

/**
 * Cuts text into segments as it comes. All `text`s together are what was appended, in order; where it was divided into
 * deltas makes no difference. Every segment has something to say, except that the very last may not.
 */
export interface Segmenter {
  append(delta: string): Segment[]
  /** Gives what seems to be a finished sentence although nothing follows it yet: for a pause in the stream. */
  settle(): Segment[]
  /** Gives all that is left. */
  end(): Segment[]
}

/** The first segment is short, for quick first audio. */
const longestFirst = 120
const longest = 250

export function makeSegmenter(): Segmenter {
  let held = '' // has nothing to say, and goes with what follows
  let open = '' // no cut has been found in it
  let isFirst = true
  const cut = (end: number): Segment[] => {
    const text = held + open.slice(0, end)
    open = open.slice(end)
    const speech = speakable(text)
    held = speech === '' ? text : ''
    if (speech === '') return []
    isFirst = false
    return [{ text, speech }]
  }
  return {
    append(delta) {
      const segments: Segment[] = []
      // one character at a time, so that a cut depends on the text alone
      for (let i = 0; i < delta.length; i++) {
        open += delta.charAt(i)
        const end = firstCut(open, isFirst)
        if (end > 0) segments.push(...cut(end))
      }
      return segments
    },
    settle: () => (seemsFinished(open) ? cut(open.length) : []),
    end() {
      const segments = cut(open.length)
      if (held !== '') segments.push({ text: held, speech: '' })
      held = ''
      return segments
    },
  }
}

function firstCut(open: string, isFirst: boolean): number {
  if (startsWord(open)) {
    const end = sentenceEnd(open) || (isFirst ? clauseEnd(open) : 0)
    if (end > 0) return end
  }
  const limit = isFirst ? longestFirst : longest
  return open.length > limit ? forcedEnd(open, limit) : 0
}

/** Only at the start of a word, or of what is none, can a cut before it be told. */
function startsWord(open: string): boolean {
  return open.length > 1 && /\S/u.test(open.slice(-1)) && !/[\p{L}\p{N}]/u.test(open.slice(-2, -1))
}
