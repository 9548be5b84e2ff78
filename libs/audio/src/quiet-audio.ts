import { concatSamples } from './pcm16.ts'
import type { HearingManner } from './vad-messages.ts'

/** Quiet audio of one stream that nobody waits for. */
export interface QuietAudio {
  /** Keeps a copy of the samples, which come after what is kept already; false where they are not quiet, or not of the same manner. */
  hold(samples: Int16Array, manner: HearingManner): boolean
  /** Hands on what is kept, as one piece. */
  release(): void
}

/** −42 dB at the loudest: a quiet room, and no voice that is meant for the microphone. */
const quietPeak = 256
const longestPieces = 64

export function makeQuietAudio(
  onRelease: (samples: Int16Array<ArrayBuffer>, manner: HearingManner) => void,
): QuietAudio {
  let kept: Int16Array[] = []
  let manner: HearingManner | null = null
  return {
    hold(samples, wanted) {
      if (kept.length >= longestPieces || !isQuiet(samples) || (manner !== null && !isSame(manner, wanted)))
        return false
      kept.push(new Int16Array(samples))
      manner = wanted
      return true
    },
    release() {
      if (manner === null) return
      onRelease(concatSamples(kept), manner)
      kept = []
      manner = null
    },
  }
}

/** By every third sample, which tells as much: at 24 kHz speech has nearly all of its power below 4 kHz. */
function isQuiet(samples: Int16Array): boolean {
  for (let at = 0; at < samples.length; at += 3) if (Math.abs(samples[at] ?? 0) > quietPeak) return false
  return true
}

function isSame(one: HearingManner, other: HearingManner): boolean {
  return one.inputRateHz === other.inputRateHz && one.detect === other.detect && one.suppression === other.suppression
}
