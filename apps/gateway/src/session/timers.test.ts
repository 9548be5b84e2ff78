import { makeManualClock } from '@voicebox/kernel'
import { describe, expect, it } from 'vitest'
import { makeTimers } from './timers.ts'

describe('The timers of a session', () => {
  it('fire once, when nothing happened for as long as was said last', () => {
    const clock = makeManualClock()
    const due: string[] = []
    const timers = makeTimers(clock, (subject) => due.push(`${subject}@${clock.now()}`))
    timers.arm('a', 100)
    clock.advance(60)
    timers.arm('a', 100)
    timers.arm('b', 10)
    clock.advance(99)
    expect(due).toEqual(['b@70'])
    clock.advance(1)
    expect(due).toEqual(['b@70', 'a@160'])
    clock.advance(1_000)
    expect(due).toHaveLength(2)
    expect(timers.armed).toBe(0)
  })

  it('can be brought forward, disarmed, and all forgotten', () => {
    const clock = makeManualClock()
    const due: string[] = []
    const timers = makeTimers(clock, (subject) => due.push(subject))
    timers.arm('early', 1_000)
    timers.arm('early', 10)
    timers.arm('never', 20)
    timers.disarm('never')
    timers.arm('closed', 500)
    clock.advance(50)
    expect(due).toEqual(['early'])
    timers.close()
    clock.advance(5_000)
    expect(due).toEqual(['early'])
  })
})
