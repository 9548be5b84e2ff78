import type { Resamplers } from './resampler.ts'

/** Changes the rate of audio that has an end, without shifting it. */
export interface AlignedResampler {
  /** Takes the next samples and returns what can be said of them already: all but the last 1.5 to 3 ms. */
  process(samples: Int16Array): Int16Array
  /** Returns the rest, so that `n` samples have become `round(n · toHz / fromHz)` in all, and closes. */
  end(): Int16Array
  close(): void
}

/** Throws as `Resamplers.open`. */
export function openAlignedResampler(
  resamplers: Resamplers,
  { fromHz, toHz }: { fromHz: number; toHz: number },
): AlignedResampler {
  const resampler = resamplers.open({ fromHz, toHz })
  // What comes first is the delay and not the sound.
  let surplus = resampler.delaySamples
  let taken = 0
  let given = 0

  function give(samples: Int16Array): Int16Array {
    const dropped = Math.min(surplus, samples.length)
    surplus -= dropped
    given += samples.length - dropped
    return samples.subarray(dropped)
  }

  return {
    process(samples) {
      taken += samples.length
      return give(resampler.process(samples))
    },
    end() {
      const missing = Math.round((taken * toHz) / fromHz) - given
      const rest = give(resampler.flush()).subarray(0, missing)
      resampler.close()
      return rest
    },
    close: () => resampler.close(),
  }
}
