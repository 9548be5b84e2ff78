import { describe, expect, it } from 'vitest'
import { longestSilenceMs, silenceMs } from './patience.ts'

const eagernesses = ['low', 'medium', 'auto', 'high'] as const

describe('Patience', () => {
  it('is greater with what sounds unfinished than with what is not known, and with that than with what sounds finished', () => {
    for (const eagerness of eagernesses) {
      const [finished, unknown, unfinished] = (['finished', 'unknown', 'unfinished'] as const).map((completeness) =>
        silenceMs(eagerness, completeness),
      ) as [number, number, number]
      expect(finished).toBeLessThan(unknown)
      expect(unknown).toBeLessThan(unfinished)
      expect(unfinished).toBe(longestSilenceMs(eagerness))
    }
  })

  it('ends at the protocol’s longest wait', () => {
    expect(eagernesses.map(longestSilenceMs)).toEqual([8_000, 4_000, 4_000, 2_000])
  })
})
