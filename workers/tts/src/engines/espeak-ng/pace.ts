/** The options that make espeak-ng speak at a pace, 1 being its usual 175 words a minute. */
export function paceOptions(speed: number): string[] {
  if (speed >= slowest.speed) return ['-s', String(Math.round(wordsPerMinute(speed)))]
  // It goes no slower; pauses between words do the rest, in units that were measured for words of usual length.
  const gap = Math.round(pauseForHalfPace * (slowest.speed / speed - 1))
  return ['-s', String(slowest.wordsPerMinute), '-g', String(gap)]
}

const pauseForHalfPace = 16
const slowest = { speed: 0.5, wordsPerMinute: 81 }

/** Its words a minute are nominal: what they do to the length of the audio was measured. */
const measured = [
  slowest,
  { speed: 0.75, wordsPerMinute: 130 },
  { speed: 1, wordsPerMinute: 175 },
  { speed: 1.25, wordsPerMinute: 220 },
  { speed: 1.5, wordsPerMinute: 273 },
]

function wordsPerMinute(speed: number): number {
  let below = slowest
  for (const above of measured) {
    if (speed <= above.speed) {
      const share = above === below ? 0 : (speed - below.speed) / (above.speed - below.speed)
      return below.wordsPerMinute + share * (above.wordsPerMinute - below.wordsPerMinute)
    }
    below = above
  }
  return below.wordsPerMinute
}
