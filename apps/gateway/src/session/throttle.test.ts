import { makeManualClock } from '@voicebox/kernel'
import { describe, expect, it } from 'vitest'
import { makeThrottle } from './throttle.ts'

describe('A throttle', () => {
  it('lets a burst through, and then so many a second', () => {
    const clock = makeManualClock()
    const throttle = makeThrottle({ perSecond: 10, burst: 3, clock })
    expect([1, 2, 3, 4].map(() => throttle.take())).toEqual([0, 0, 0, 100])
    clock.advance(60)
    expect(throttle.take()).toBe(40)
    clock.advance(40)
    expect(throttle.take()).toBe(0)
    clock.advance(60_000)
    expect([1, 2, 3].map(() => throttle.take())).toEqual([0, 0, 0])
    expect(throttle.take()).toBeGreaterThan(0)
  })
})
