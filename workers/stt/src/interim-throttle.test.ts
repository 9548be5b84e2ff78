import { makeManualClock } from '@voicebox/kernel'
import { describe, expect, it } from 'vitest'
import { makeInterimThrottle } from './interim-throttle.ts'

function setUp() {
  const clock = makeManualClock()
  const passed: string[] = []
  const throttle = makeInterimThrottle({ intervalMs: 100, clock, pass: (text) => void passed.push(text) })
  return { clock, passed, throttle }
}

describe('the throttle of interims', () => {
  it('passes the first one on at once, and of those within the interval the last, when it is over', () => {
    const { clock, passed, throttle } = setUp()
    throttle.offer('one')
    throttle.offer('one two')
    clock.advance(99)
    throttle.offer('one two three')
    expect(passed).toEqual(['one'])
    clock.advance(1)
    expect(passed).toEqual(['one', 'one two three'])
    throttle.offer('one two three four')
    expect(passed).toHaveLength(2)
    clock.advance(100)
    expect(passed).toHaveLength(3)
  })

  it('passes one on at once when the last was long ago', () => {
    const { clock, passed, throttle } = setUp()
    throttle.offer('one')
    clock.advance(100)
    throttle.offer('two')
    expect(passed).toEqual(['one', 'two'])
  })

  it('passes nothing on once it is closed', () => {
    const { clock, passed, throttle } = setUp()
    throttle.offer('one')
    throttle.offer('two')
    throttle.close()
    throttle.offer('three')
    clock.advance(1_000)
    expect(passed).toEqual(['one'])
  })
})
