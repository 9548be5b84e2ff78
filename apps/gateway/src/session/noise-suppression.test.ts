import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { suppressionOf } from './noise-suppression.ts'

const type = fc.constantFrom('near_field' as const, 'far_field' as const)
const strength = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true })

describe('Noise suppression', () => {
  it('is none where it was not asked for', () => {
    expect(suppressionOf(null)).toBe(0)
  })

  it('lowers the noise of a headset by 12 dB, and that of a room by 40', () => {
    expect(20 * Math.log10(1 - suppressionOf({ type: 'near_field' }))).toBeCloseTo(-12, 6)
    expect(20 * Math.log10(1 - suppressionOf({ type: 'far_field' }))).toBeCloseTo(-40, 6)
    expect(20 * Math.log10(1 - suppressionOf({ type: 'near_field', strength: 2 }))).toBeCloseTo(-24, 6)
  })

  it('is from nothing to all, and never less where more is asked for', () => {
    fc.assert(
      fc.property(type, strength, strength, (type, one, other) => {
        const less = suppressionOf({ type, strength: Math.min(one, other) })
        const more = suppressionOf({ type, strength: Math.max(one, other) })
        expect(less).toBeGreaterThanOrEqual(0)
        expect(more).toBeGreaterThanOrEqual(less)
        expect(more).toBeLessThanOrEqual(1)
      }),
    )
    expect(suppressionOf({ type: 'far_field', strength: 0 })).toBe(0)
  })
})
