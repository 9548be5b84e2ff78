import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type EndpointVerdict, type EndpointingConfig, makeEndpointer } from './endpointing.ts'

const configs = fc.record({
  threshold: fc.double({ min: 0.02, max: 1, noNaN: true }),
  prefixPaddingMs: fc.integer({ min: 0, max: 1_000 }),
  silenceDurationMs: fc.integer({ min: 0, max: 1_000 }),
})
/** Runs of equal probability, as audio has them: independent windows would hardly ever be silent for long. */
const audio = fc
  .array(
    fc.record({ length: fc.integer({ min: 1, max: 40 }), probability: fc.double({ min: 0, max: 1, noNaN: true }) }),
    {
      maxLength: 40,
      size: 'max',
    },
  )
  .map((runs) => runs.flatMap(({ length, probability }) => repeat(length, probability)))

function verdictsOn(config: EndpointingConfig, probabilities: number[]): EndpointVerdict[] {
  const endpointer = makeEndpointer(config)
  let state = endpointer.initial
  return probabilities.flatMap((probability, i) => {
    const [next, verdict] = endpointer.listen(state, { endSample: (i + 1) * 512, probability })
    state = next
    return verdict ?? []
  })
}

const repeat = (count: number, probability: number): number[] => Array.from({ length: count }, () => probability)

describe('Whatever is heard', () => {
  it('starts and stops alternate, in order, and utterances do not overlap', () => {
    let utterances = 0
    fc.assert(
      fc.property(configs, audio, (config, probabilities) => {
        let lastEndSample = 0
        let started: (EndpointVerdict & { kind: 'speech_started' }) | undefined
        for (const verdict of verdictsOn(config, probabilities)) {
          if (verdict.kind === 'speech_started') {
            expect(started).toBeUndefined()
            expect(verdict.startSample).toBeGreaterThanOrEqual(lastEndSample)
            expect(verdict.startSample).toBeLessThan(verdict.atSample)
            started = verdict
          } else {
            expect(started).toBeDefined()
            expect(verdict.endSample).toBeGreaterThan(started?.atSample ?? Infinity)
            lastEndSample = verdict.endSample
            started = undefined
            utterances += 1
          }
        }
      }),
      { numRuns: 300 },
    )
    expect(utterances).toBeGreaterThan(10)
  })

  it('silence never starts an utterance', () => {
    const quiet = fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { maxLength: 200, size: 'max' })
    fc.assert(
      fc.property(configs, quiet, (config, shares) => {
        const probabilities = shares.map((share) => share * config.threshold)
        expect(verdictsOn(config, probabilities)).toEqual([])
      }),
    )
  })

  it('a gap shorter than the silence asked for never splits an utterance, and one that is long enough always does', () => {
    const withGap = fc.record({
      config: configs,
      before: fc.integer({ min: 2, max: 20 }),
      gap: fc.integer({ min: 0, max: 60 }),
    })
    const seen = { split: 0, whole: 0 }
    fc.assert(
      fc.property(withGap, ({ config, before, gap }) => {
        const verdicts = verdictsOn(config, [...repeat(before, 1), ...repeat(gap, 0), ...repeat(3, 1)])
        const isSplit = gap > 0 && gap * 32 >= config.silenceDurationMs
        seen[isSplit ? 'split' : 'whole'] += 1
        expect(verdicts.map(({ kind }) => kind)).toEqual(
          isSplit ? ['speech_started', 'speech_stopped', 'speech_started'] : ['speech_started'],
        )
      }),
    )
    expect(Math.min(seen.split, seen.whole)).toBeGreaterThan(0)
  })
})
