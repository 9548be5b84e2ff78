import { newSpanId, type SpanRef } from '@voicebox/kernel'
import type { Span } from './span.ts'

/** One attempt at a job, by the times that the worker took. */
export interface TracedAttempt {
  job: { id: string; sessionId: string; tenantId: string; responseId?: string; segment?: number }
  attempt: number
  span: SpanRef
  parentId: string
  /** On the clock of the gateway, as all times of a trace are. */
  sentAtMs: number
  queuedMs: number
  tookMs: number
  /** When each kind of result was given first, from the beginning. */
  firstMs: ReadonlyMap<string, number>
  outcome: string
  code?: string
}

export interface AttemptNames {
  /** What the attempt does. */
  name: string
  /** What does it. */
  engine: string
  /** Parts of it, each from the beginning, or from the first result of one kind, until the first result of another. */
  parts?: readonly { name: string; from?: string; until: string }[]
}

/** The wait in the lane, the attempt, and the parts of the attempt that have been reached. */
export function attemptSpans(told: TracedAttempt, { name, engine, parts = [] }: AttemptNames): Span[] {
  const { job, attempt, span, parentId, sentAtMs, queuedMs, tookMs, firstMs, outcome, code } = told
  const { traceId } = span
  const begunAtMs = sentAtMs + queuedMs
  const attributes = {
    'voicebox.job.id': job.id,
    'voicebox.tenant.id': job.tenantId,
    'voicebox.session.id': job.sessionId,
    ...(job.responseId !== undefined && { 'voicebox.response.id': job.responseId }),
    ...(job.segment !== undefined && { 'voicebox.segment': job.segment }),
    'voicebox.engine': engine,
    'voicebox.attempt': attempt,
    'voicebox.outcome': outcome,
  }
  const reached = parts.flatMap(({ name: part, from, until }): Span[] => {
    const [startMs, endMs] = [from === undefined ? 0 : firstMs.get(from), firstMs.get(until)]
    if (startMs === undefined || endMs === undefined) return []
    const times = { startMs: begunAtMs + startMs, endMs: begunAtMs + endMs }
    return [{ traceId, spanId: newSpanId(), parentId: span.spanId, name: part, ...times, attributes: {} }]
  })
  return [
    {
      traceId,
      spanId: newSpanId(),
      parentId,
      name: 'lane wait',
      startMs: sentAtMs,
      endMs: begunAtMs,
      attributes: { 'voicebox.job.id': job.id, 'voicebox.attempt': attempt },
    },
    {
      ...span,
      parentId,
      name,
      startMs: begunAtMs,
      endMs: begunAtMs + tookMs,
      attributes,
      ...((outcome === 'failed' || outcome === 'dead' || outcome === 'retry') && { failure: code ?? outcome }),
    },
    ...reached,
  ]
}
