import { type Denoiser, type Denoisers, frameSamples } from './denoiser.ts'
import { heardRateHz } from './heard.ts'
import { concatSamples, msToSamples } from './pcm16.ts'

/**
 * Reduces the noise of one 16 kHz stream, or leaves it as it is: as many samples come out as go in, and however the
 * stream is cut, they are the same.
 */
export interface NoiseReducer {
  /**
   * `suppression`, 0 to 1, is the part of the noise that is taken out of these samples; it may change at any time, and is
   * faded in and out. Before it was ever above zero nothing is changed. From then on the sound comes out 512 samples
   * (32 ms) later, also where `suppression` is zero again, so that nothing of it is lost or doubled.
   */
  process(samples: Int16Array, suppression: number): Int16Array
  close(): void
}

export function makeNoiseReducer(denoisers: Denoisers): NoiseReducer {
  /** The latest `delaySamples` of the stream; null as long as it is not delayed. */
  let delayed: Int16Array | null = null
  let cleaner: Cleaner | null = null
  let share = 0

  /** Goes from what was heard to what is clean by `share`, which moves towards `suppression`. */
  function mix(dry: Int16Array, clean: Int16Array, suppression: number): Int16Array {
    return dry.map((sample, i) => {
      share = share < suppression ? Math.min(share + fadeStep, suppression) : Math.max(share - fadeStep, suppression)
      return Math.round(sample + share * ((clean[i] ?? sample) - sample))
    })
  }

  return {
    process(samples, suppression) {
      if (samples.length === 0 || (delayed === null && suppression === 0)) return samples
      delayed ??= new Int16Array(delaySamples)
      if (cleaner === null && suppression > 0) cleaner = openCleaner(denoisers.open(), delayed)
      const joined: Int16Array = concatSamples([delayed, samples])
      const dry = joined.subarray(0, samples.length)
      delayed = joined.subarray(samples.length)
      if (cleaner === null) return dry
      const output = mix(dry, cleaner.process(samples), suppression)
      if (share === 0 && suppression === 0) {
        cleaner.close()
        cleaner = null
      }
      return output
    },
    close() {
      cleaner?.close()
      cleaner = null
    },
  }
}

/** One frame until it is complete, and one that the model needs. */
const delaySamples = 2 * frameSamples
const fadeStep = 1 / msToSamples(10, heardRateHz)

/** Frames a stream for a denoiser: as many samples come out as go in, later by `delaySamples`. */
interface Cleaner {
  process(samples: Int16Array): Int16Array
  close(): void
}

/** Begins with `before`, the latest `delaySamples`, so that there is something clean to give from the first sample on. */
function openCleaner(denoiser: Denoiser, before: Int16Array): Cleaner {
  let unread = new Int16Array(0)
  let clean = new Int16Array(0)

  function take(samples: Int16Array): void {
    unread = concatSamples([unread, samples])
    const frames: Int16Array[] = [clean]
    for (; unread.length >= frameSamples; unread = unread.subarray(frameSamples))
      frames.push(denoiser.process(unread.subarray(0, frameSamples)))
    clean = concatSamples(frames)
  }

  take(before)
  clean = clean.subarray(frameSamples) // the first frame is what was before all
  return {
    process(samples) {
      take(samples)
      const ready = clean.subarray(0, samples.length)
      clean = clean.subarray(samples.length)
      return ready
    },
    close: () => denoiser.close(),
  }
}
