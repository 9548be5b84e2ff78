import { customAlphabet } from 'nanoid'

/** A span among all others, as W3C Trace Context names it: 32 and 16 small hexadecimal digits. */
export interface SpanRef {
  readonly traceId: string
  readonly spanId: string
}

const hexadecimal = '0123456789abcdef'

export const newTraceId = customAlphabet(hexadecimal, 32)
export const newSpanId = customAlphabet(hexadecimal, 16)

/** The `traceparent` of what belongs to this span. It is passed on for spans that are recorded, and for no others. */
export function traceparentOf({ traceId, spanId }: SpanRef): string {
  return `00-${traceId}-${spanId}-01`
}

/** The span that a `traceparent` names; null where it is none, or says that nobody records the trace. */
export function spanIn(traceparent: string): SpanRef | null {
  const [, traceId, spanId, flags] = traceparentForm.exec(traceparent) ?? []
  if (traceId === undefined || spanId === undefined || flags === undefined) return null
  const isRecorded = Number.parseInt(flags, 16) % 2 === 1
  return isRecorded && !isNought(traceId) && !isNought(spanId) ? { traceId, spanId } : null
}

/** Later versions may say more behind. */
const traceparentForm = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/

const isNought = (id: string): boolean => /^0+$/.test(id)
