import type { Vitals } from './vitals.ts'

/** How one of the vitals went, from the middle third of a run to its last. */
export interface Growth {
  what: string
  /** Medians. */
  middle: number
  end: number
  highest: number
  isFlat: boolean
}

/**
 * Compares the last third of a run with the middle one; in the first, caches fill and marks of ended sessions gather. Noise and what
 * sessions happen to hold may differ by a tenth, and by a little that is counted in units.
 */
export function growthOf(samples: readonly Vitals[]): Growth[] {
  const third = Math.floor(samples.length / 3)
  if (third === 0) throw new Error('There are too few samples to tell anything from')
  const names = Object.keys(samples[0] ?? {})
  return names.map((what) => {
    const values = samples.map((vitals) => vitals[what] ?? NaN)
    const middle = median(values.slice(third, -third))
    const end = median(values.slice(-third))
    return { what, middle, end, highest: Math.max(...values), isFlat: end <= middle * 1.1 + slackOf(what) }
  })
}

function slackOf(what: string): number {
  if (what.includes('MB')) return 5
  return what.includes('keys') ? 20 : 3
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN
}
