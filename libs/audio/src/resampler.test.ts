import { Failure } from '@voicebox/kernel'
import { beforeEach, describe, expect, it } from 'vitest'
import { concatSamples } from './pcm16.ts'
import { type Resamplers, makeResamplers } from './resampler.ts'
import { cut, firstDifference, rmsOf, sine, sineToNoiseDb, whiteNoise } from './testing/signals.ts'

let resamplers: Resamplers
beforeEach(async () => {
  resamplers = await makeResamplers()
  return () => resamplers.close()
})

const pairs = [
  { fromHz: 24_000, toHz: 16_000 },
  { fromHz: 16_000, toHz: 24_000 },
  { fromHz: 22_050, toHz: 24_000 },
  { fromHz: 8_000, toHz: 16_000 },
  { fromHz: 24_000, toHz: 8_000 },
]

function resample(rates: { fromHz: number; toHz: number }, chunks: Int16Array[]): Int16Array {
  const resampler = resamplers.open(rates)
  const output = concatSamples(chunks.map((chunk) => resampler.process(chunk).slice()))
  resampler.close()
  return output
}

describe.each(pairs)('A resampler from $fromHz to $toHz Hz', (rates) => {
  const { fromHz, toHz } = rates
  const tone = sine(1_000, fromHz, fromHz)

  it('keeps a tone clean through chunks of 20 ms', () => {
    const output = resample(rates, cut(tone, [fromHz / 50]))
    expect(sineToNoiseDb(output.subarray(toHz / 50), 1_000, toHz)).toBeGreaterThan(60)
    expect(rmsOf(output.subarray(toHz / 50)) / rmsOf(tone)).toBeCloseTo(1, 2)
  })

  it('gives the same samples however the stream is cut', () => {
    const noise = whiteNoise(2 * fromHz + 7, 5_000)
    const whole = resample(rates, [noise])
    expect(firstDifference(resample(rates, cut(noise, [1, 2, 3, 501, 7, 4_999])), whole)).toBe(-1)
    expect(firstDifference(resample(rates, cut(noise, [3])), whole)).toBe(-1)
    expect(whole.length).toBe(Math.ceil((noise.length * toHz) / fromHz))
  })

  it('gives the end of the stream when it is flushed', () => {
    const resampler = resamplers.open(rates)
    const click = new Int16Array(fromHz / 10).with(-1, 30_000)
    const peak = (samples: Int16Array): number => samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)
    expect(peak(resampler.process(click))).toBeLessThan(100)
    expect(peak(resampler.flush())).toBeGreaterThan(10_000 * Math.min(1, toHz / fromHz))
    resampler.close()
  })

  it('carries nothing over when it is used again', () => {
    const first = resamplers.open(rates)
    const fresh = first.process(tone.subarray(0, 1_001))
    first.process(whiteNoise(4_321, 8_000))
    first.close()
    const second = resamplers.open(rates)
    expect(firstDifference(second.process(tone.subarray(0, 1_001)), fresh)).toBe(-1)
    second.close()
    const third = resamplers.open(rates)
    expect(rmsOf(third.process(new Int16Array(fromHz)))).toBe(0)
    third.close()
  })
})

describe('The resamplers', () => {
  it('pass audio through unchanged when the rates are equal', () => {
    const tone = sine(1_000, 16_000, 321)
    const resampler = resamplers.open({ fromHz: 16_000, toHz: 16_000 })
    expect(resampler.process(tone)).toEqual(tone)
    expect(resampler.flush()).toHaveLength(0)
  })

  it('use instances again, so that their number is bounded', async () => {
    const few = await makeResamplers({ maxInstances: 2 })
    const rates = { fromHz: 24_000, toHz: 16_000 }
    for (let i = 0; i < 10; i += 1) few.open(rates).close()
    few.open(rates)
    few.open(rates)
    expect(() => few.open(rates)).toThrow(Failure)
  })

  it('do not let a closed resampler disturb the stream that has its instance now', () => {
    const rates = { fromHz: 24_000, toHz: 16_000 }
    const closed = resamplers.open(rates)
    closed.close()
    closed.close()
    const [one, other] = [resamplers.open(rates), resamplers.open(rates)]
    expect(() => closed.process(sine(1_000, 24_000, 240))).toThrow('closed')
    one.process(sine(1_000, 24_000, 2_400))
    expect(rmsOf(other.process(new Int16Array(240)))).toBe(0)
  })

  it('leave the error handling of the process alone', () => {
    const sources = ['uncaughtException', 'unhandledRejection'].flatMap((event) =>
      (process as NodeJS.EventEmitter).listeners(event).map((listener) => listener.toString()),
    )
    expect(sources.filter((source) => source.includes('ExitStatus') || source.includes('ABORT'))).toEqual([])
  })

  it('refuse to open once they are closed', () => {
    resamplers.close()
    expect(() => resamplers.open({ fromHz: 24_000, toHz: 16_000 })).toThrow('closed')
  })
})
