import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { openAlignedResampler } from './aligned-resampler.ts'
import { concatSamples } from './pcm16.ts'
import { type Resamplers, makeResamplers } from './resampler.ts'
import { cut, firstDifference, rmsOf, sine, whiteNoise } from './testing/signals.ts'

let resamplers: Resamplers
beforeAll(async () => {
  resamplers = await makeResamplers({ maxInstances: 8 })
})

function resample(rates: { fromHz: number; toHz: number }, chunks: Int16Array[]): Int16Array {
  const resampler = openAlignedResampler(resamplers, rates)
  return concatSamples([...chunks.map((chunk) => resampler.process(chunk).slice()), resampler.end()])
}

describe.each([
  { fromHz: 24_000, toHz: 8_000 },
  { fromHz: 24_000, toHz: 16_000 },
  { fromHz: 16_000, toHz: 24_000 },
  { fromHz: 16_000, toHz: 8_000 },
  { fromHz: 8_000, toHz: 16_000 },
  { fromHz: 16_000, toHz: 16_000 },
])('Audio with an end, from $fromHz to $toHz Hz', (rates) => {
  const { fromHz, toHz } = rates

  it('is not shifted', () => {
    const output = resample(rates, cut(sine(500, fromHz, fromHz), [480]))
    const ideal = sine(500, toHz, toHz)
    const inner = [toHz / 50, toHz - toHz / 50] as const // the filter has nothing to look at beyond the ends
    const off = output.map((sample, i) => sample - (ideal[i] ?? 0)).subarray(...inner)
    expect(rmsOf(off)).toBeLessThan(rmsOf(ideal) / 500)
  })

  it('is exactly as long as it was, however it is cut', () => {
    const noise = whiteNoise(5_000, 5_000)
    const lengths = fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 1, maxLength: 20, size: 'max' })
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5_000 }), lengths, (sampleCount, cuts) => {
        const whole = noise.subarray(0, sampleCount)
        const output = resample(rates, cut(whole, cuts))
        expect(output).toHaveLength(Math.round((sampleCount * toHz) / fromHz))
        expect(firstDifference(output, resample(rates, [whole]))).toBe(-1)
      }),
    )
  })
})
