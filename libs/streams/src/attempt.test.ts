import { makeManualClock, newSpanId, newTraceId, spanIn, traceparentOf } from '@voicebox/kernel'
import { describe, expect, it } from 'vitest'
import { timeAttempt } from './attempt.ts'
import { segmentJob } from './testing/streams.fixture.ts'

const parent = { traceId: newTraceId(), spanId: newSpanId() }
const recorded = { ...segmentJob(), deadlineMs: 60_000, trace: { sentAtMs: 5_000, traceparent: traceparentOf(parent) } }
const text = { kind: 'segment_planned', responseId: recorded.responseId, segment: 0, text: '' } as const

describe('The times of an attempt', () => {
  it('are on the clock of the gateway, whatever the clock of the worker says', () => {
    const clock = makeManualClock(9_999_000)
    const times = timeAttempt(recorded, 2, clock)
    times.begin(59_970) // 30 ms after it was enqueued, by Redis's clock
    clock.advance(12)
    expect(times.stamp()).toEqual({ attempt: 2, sentAtMs: 5_000, queuedMs: 30, afterMs: 12 })
    times.emitted([text])
    clock.advance(8)
    times.emitted([text])
    const { sentAtMs, traceparent = '' } = times.trace() ?? {}
    expect(sentAtMs).toBe(5_050)
    const told = times.end('done')
    expect(told).toMatchObject({ sentAtMs: 5_000, queuedMs: 30, tookMs: 20, outcome: 'done', parentId: parent.spanId })
    expect(told?.firstMs).toEqual(new Map([['segment_planned', 12]]))
    expect(spanIn(traceparent)).toEqual(told?.span)
    expect(told?.span.traceId).toBe(parent.traceId)
  })

  it('have no wait that is negative, should the clock of Redis have been set back', () => {
    const times = timeAttempt(recorded, 1, makeManualClock())
    times.begin(61_000)
    expect(times.stamp()?.queuedMs).toBe(0)
  })

  it('are told of by no span where nobody records the turn, or where the attempt never began', () => {
    const unrecorded = timeAttempt({ ...recorded, trace: { sentAtMs: 5_000 } }, 1, makeManualClock())
    unrecorded.begin(60_000)
    expect(unrecorded.stamp()).not.toBeNull()
    expect(unrecorded.trace()).toEqual({ sentAtMs: 5_000 })
    expect(unrecorded.end('done')).toBeNull()
    expect(timeAttempt(recorded, 1, makeManualClock()).end('cancelled')).toBeNull()
  })

  it('are not taken of a job that does not say when it was sent', () => {
    const times = timeAttempt(segmentJob(), 1, makeManualClock())
    times.begin(60_000)
    expect([times.stamp(), times.trace(), times.end('done')]).toEqual([null, undefined, null])
  })
})
