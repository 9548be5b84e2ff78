import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { makeLatestEvents } from './latest-events.ts'
import type { EncodedEvent } from './session-change.ts'

describe('the latest events of a holder', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })
  const event = (number: number, bytes = 10): EncodedEvent => ({ number, body: Buffer.alloc(bytes) })
  const numbers = ({ events }: { events: readonly EncodedEvent[] }): number[] => events.map(({ number }) => number)

  it('are those of the last seconds, and it is known from where on none is missing', () => {
    const latest = makeLatestEvents(7)
    expect(latest).toMatchObject({ knownAfter: 7, last: 7, events: [] })
    latest.push([event(9), event(12)])
    vi.advanceTimersByTime(4_000)
    latest.push([event(14)])
    expect([numbers(latest), latest.knownAfter, latest.last]).toEqual([[9, 12, 14], 7, 14])
    vi.advanceTimersByTime(2_000)
    latest.push([])
    expect([numbers(latest), latest.knownAfter, latest.last]).toEqual([[14], 12, 14])
    vi.advanceTimersByTime(4_000)
    latest.push([])
    expect([numbers(latest), latest.knownAfter, latest.last]).toEqual([[], 14, 14])
  })

  it('are not more than a mebibyte', () => {
    const latest = makeLatestEvents(0)
    latest.push([event(1, 500_000), event(2, 500_000), event(3, 500_000)])
    expect([numbers(latest), latest.knownAfter]).toEqual([[2, 3], 1])
    latest.push([event(4, 2_000_000)])
    expect([numbers(latest), latest.knownAfter]).toEqual([[], 4])
  })

  it('are each there once', () => {
    const latest = makeLatestEvents(2)
    latest.push([event(1), event(2), event(3)])
    latest.push([event(3), event(4)])
    expect(numbers(latest)).toEqual([3, 4])
  })
})
