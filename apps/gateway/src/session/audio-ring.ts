interface Piece {
  startSample: number
  samples: Int16Array
}

/** The latest audio of a stream, by its position in it. */
export interface AudioRing {
  append(samples: Int16Array): void
  /** What is kept from `fromSample` on; earlier audio is gone. */
  since(fromSample: number): Int16Array[]
  /** The position after the last sample. */
  readonly endSample: number
  clear(): void
}

/** Keeps at least the last `capacitySamples`, and at most one piece more. The first sample is at `startSample`. */
export function makeAudioRing(capacitySamples: number, startSample = 0): AudioRing {
  let pieces: Piece[] = []
  let endSample = startSample
  return {
    append(samples) {
      pieces.push({ startSample: endSample, samples })
      endSample += samples.length
      const oldest = endSample - capacitySamples
      const kept = pieces.findIndex((piece) => piece.startSample + piece.samples.length > oldest)
      if (kept > 0) pieces = pieces.slice(kept)
    },
    since(fromSample) {
      return pieces.flatMap(({ startSample, samples }) => {
        const skipped = Math.max(0, fromSample - startSample)
        return skipped < samples.length ? [samples.subarray(skipped)] : []
      })
    },
    get endSample() {
      return endSample
    },
    clear() {
      pieces = []
    },
  }
}
