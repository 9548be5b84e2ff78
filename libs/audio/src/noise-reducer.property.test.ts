import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Denoiser, frameSamples } from './denoiser.ts'
import { makeNoiseReducer } from './noise-reducer.ts'
import { concatSamples } from './pcm16.ts'
import { firstDifference, whiteNoise } from './testing/signals.ts'

const delaySamples = 512

/** Takes the same part of everything for noise; each frame comes back one later. */
function makeDenoisers(kept: number): { opened: number; closed: number; open(): Denoiser } {
  const counts = {
    opened: 0,
    closed: 0,
    open() {
      counts.opened += 1
      let before = new Int16Array(frameSamples)
      return {
        process(frame: Int16Array) {
          if (frame.length !== frameSamples) throw new RangeError('Not a frame')
          const output = before
          before = frame.map((sample) => sample * kept)
          return output
        },
        close: () => void (counts.closed += 1),
      }
    },
  }
  return counts
}

const stretch = fc.record({
  length: fc.integer({ min: 0, max: 900 }),
  suppression: fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true })),
})
const stretches = fc.array(stretch, { maxLength: 40, size: 'max' })

describe('A noise reducer', () => {
  it('neither loses nor doubles nor shifts a sample, however it is switched on and off', () => {
    let switches = 0
    fc.assert(
      fc.property(stretches, (parts) => {
        const sampleCount = parts.reduce((sum, { length }) => sum + length, 0)
        const stream = whiteNoise(sampleCount, 8_000)
        const denoisers = makeDenoisers(1)
        const reducer = makeNoiseReducer(denoisers)
        let at = 0
        const heard = parts.map(({ length, suppression }) => {
          const output = reducer.process(stream.subarray(at, (at += length)), suppression).slice()
          expect(output).toHaveLength(length)
          return output
        })
        reducer.close()
        const firstOn = parts.findIndex(({ length, suppression }) => length > 0 && suppression > 0)
        const plain = parts
          .slice(0, firstOn === -1 ? parts.length : firstOn)
          .reduce((sum, { length }) => sum + length, 0)
        const expected = [stream.subarray(0, plain), new Int16Array(delaySamples), stream.subarray(plain)]
        expect(firstDifference(concatSamples(heard), concatSamples(expected).slice(0, sampleCount))).toBe(-1)
        expect(denoisers.closed).toBe(denoisers.opened)
        switches += denoisers.opened
      }),
    )
    expect(switches).toBeGreaterThan(100)
  })

  it('gives the same samples however the stream is cut', () => {
    fc.assert(
      fc.property(stretches, fc.integer({ min: 1, max: 200 }), (parts, cutSamples) => {
        const stream = whiteNoise(
          parts.reduce((sum, { length }) => sum + length, 0),
          8_000,
        )
        const [whole, inPieces] = [makeNoiseReducer(makeDenoisers(0.5)), makeNoiseReducer(makeDenoisers(0.5))]
        let at = 0
        for (const { length, suppression } of parts) {
          const piece = stream.subarray(at, (at += length))
          const output: Int16Array[] = []
          for (let start = 0; start < length; start += cutSamples)
            output.push(inPieces.process(piece.subarray(start, start + cutSamples), suppression).slice())
          expect(firstDifference(concatSamples(output), whole.process(piece, suppression))).toBe(-1)
        }
      }),
    )
  })

  it('leaves of the noise what it is told to leave, and fades to it', () => {
    const reducer = makeNoiseReducer(makeDenoisers(0))
    const tone = new Int16Array(1_024).fill(10_000)
    reducer.process(tone, 0.75)
    const settled = reducer.process(tone, 0.75)
    expect(new Set(settled)).toEqual(new Set([2_500]))
    const rising = reducer.process(tone, 0)
    expect(rising.at(-1)).toBe(10_000)
    const steps = rising.map((sample, i) => sample - (rising[i - 1] ?? settled.at(-1) ?? 0))
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...steps)).toBeLessThanOrEqual(10_000 / 160 + 1)
  })
})
