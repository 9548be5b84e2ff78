import { describe, expect, it } from 'vitest'
import { countClientEvents } from './client-events.ts'

describe('The count of a client’s events', () => {
  it('takes those that need not wait at once', () => {
    const events = countClientEvents(0)
    expect([events.receive(false), events.receive(false)]).toEqual([1, 2])
    expect(events.takenUpTo).toBe(2)
  })

  it('ends before the first that waits', () => {
    const events = countClientEvents(40)
    const waiting = events.receive(true)
    events.receive(false)
    const later = events.receive(true)
    expect(events.takenUpTo).toBe(40)
    events.take(waiting)
    expect(events.takenUpTo).toBe(42)
    events.take(later)
    expect(events.takenUpTo).toBe(43)
  })
})
