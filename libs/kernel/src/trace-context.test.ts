import { describe, expect, it } from 'vitest'
import { newSpanId, newTraceId, spanIn, traceparentOf } from './trace-context.ts'

describe('A traceparent', () => {
  it('names the span that it was made of', () => {
    const span = { traceId: newTraceId(), spanId: newSpanId() }
    expect(traceparentOf(span)).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
    expect(spanIn(traceparentOf(span))).toEqual(span)
  })

  it('may be of a later version, which says more', () => {
    const span = { traceId: newTraceId(), spanId: newSpanId() }
    expect(spanIn(`cc${traceparentOf(span).slice(2)}-more`)).toEqual(span)
  })

  it.each([
    ['is empty', ''],
    ['is of no known form', '00-abc-def-01'],
    ['has a version that there cannot be', `ff-${'a'.repeat(32)}-${'b'.repeat(16)}-01`],
    ['has an id that there cannot be', `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`],
    ['says that nobody records it', `00-${'a'.repeat(32)}-${'b'.repeat(16)}-00`],
  ])('names nothing where it %s', (_, traceparent) => {
    expect(spanIn(traceparent)).toBeNull()
  })
})
