/** A part of an utterance that the model hears at once. */
export type Window = Int16Array

/**
 * Cuts 16 kHz audio into windows of at most `longestSamples` (of at least a second), between words where there are
 * pauses: at the quietest place of a window's second half. Long silence around speech is left out, because models
 * trained on speech make up words for it; audio that is silent throughout has no window.
 */
export function cutWindows(samples: Int16Array, longestSamples: number): Window[] {
  const levels = levelsOf(samples)
  const longest = Math.floor(longestSamples / frameSamples)
  const windows: Window[] = []
  for (let start = 0; ;) {
    const speech = levels.findIndex((level, frame) => frame >= start && level >= audible)
    if (speech === -1) return windows
    const first = Math.max(start, speech - marginFrames)
    const end =
      levels.length - first <= longest ? levels.length : quietest(levels, first + longest / 2, first + longest)
    const last = levels.findLastIndex((level, frame) => frame < end && level >= audible)
    const lastWithMargin = Math.min(end, last + 1 + marginFrames)
    windows.push(samples.subarray(first * frameSamples, lastWithMargin * frameSamples))
    start = end
  }
}

const frameSamples = 320 // 20 ms
const marginFrames = 15
/** Root mean square, some 66 dB below full scale: less is no speech. */
const audible = 16
/** A pause between words is about this long; a shorter dip may be the closure of a "t". */
const pauseFrames = 5

function levelsOf(samples: Int16Array): number[] {
  return Array.from({ length: Math.ceil(samples.length / frameSamples) }, (_, i) => {
    const frame = samples.subarray(i * frameSamples, (i + 1) * frameSamples)
    return Math.sqrt(frame.reduce((sum, sample) => sum + sample * sample, 0) / frame.length)
  })
}

/** The middle of the quietest pause between two frames, the last one of several. */
function quietest(levels: readonly number[], from: number, to: number): number {
  let best = to
  let bestLevel = Infinity
  for (let frame = Math.ceil(from); frame + pauseFrames <= to; frame++) {
    const level = levels.slice(frame, frame + pauseFrames).reduce((sum, one) => sum + one, 0)
    if (level > bestLevel) continue
    best = frame + Math.ceil(pauseFrames / 2)
    bestLevel = level
  }
  return best
}
