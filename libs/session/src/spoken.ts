import type { SpeechProgress, SpokenSegment } from './state.ts'

const samplesPerMs = 24

export function samplesToMs(samples: number): number {
  return samples / samplesPerMs
}

/** What was spoken, segment by segment, as far as the texts are known. */
export function segmentsOf({ planned, sent, ended }: SpeechProgress): SpokenSegment[] {
  return Object.keys(planned)
    .map(Number)
    .sort((a, b) => a - b)
    .map((segment) => {
      const sentSamples = sent[segment] ?? 0
      const total = ended[segment]
      const isWhole = total !== undefined && total >= sentSamples
      return {
        text: planned[segment] ?? '',
        sentMs: samplesToMs(sentSamples),
        totalMs: isWhole ? samplesToMs(total) : null,
      }
    })
}
