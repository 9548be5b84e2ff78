/** What the scripted language model answers to a turn of the user. */
export interface Answer {
  /** What it says, one segment each. */
  say?: readonly string[]
  /** A function that it calls. */
  call?: { name: string; arguments: string }
  /** It does not end before somebody stops it. */
  isEndless?: boolean
}

/** A turn of the user that says what shall be answered. */
export function asks(answer: Answer): string {
  return JSON.stringify(answer)
}

/** To everything else it says what it has heard. */
export function answerTo(words: string): Answer {
  try {
    const answer: unknown = JSON.parse(words)
    if (typeof answer === 'object' && answer !== null) return answer
  } catch {
    // no script, but words
  }
  return { say: [`You said ${words}.`] }
}

/** Samples for a character. */
const characterSamples = 160
const pieceSamples = 1_200
/** So many places can be told apart. */
const places = 30_000

/** A segment as it is spoken: each sample says where in the answer it belongs. */
export function spoken(text: string, segment: number): Int16Array {
  const samples = text.length * characterSamples
  return Int16Array.from({ length: samples }, (_, at) => 1 + ((segment * 7_919 + at) % places))
}

export function piecesOf(samples: Int16Array): { offset: number; pcm: Uint8Array }[] {
  return Array.from({ length: Math.ceil(samples.length / pieceSamples) }, (_, index) => {
    const offset = index * pieceSamples
    const piece = samples.slice(offset, offset + pieceSamples)
    return { offset, pcm: new Uint8Array(piece.buffer) }
  })
}

/** The levels of audio that has one for each 20 ms, as `tone` makes it: what the scripted recognizer understands. */
export function levelsIn(samples: Int16Array): number[] {
  const levels: number[] = []
  for (let at = frameSamples / 2; at < samples.length; at += frameSamples)
    levels.push(Math.round((samples[at] ?? 0) / levelStep))
  return levels
}

/** A frame of 20 ms at 24 kHz which is known again when it was heard. */
export function frameOf(level: number): Int16Array {
  return new Int16Array(480).fill(level * levelStep)
}

/** At 16 kHz. */
const frameSamples = 320
const levelStep = 50
