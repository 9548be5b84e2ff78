import { type Clock, newSpanId, type SpanRef, spanIn, traceparentOf } from '@voicebox/kernel'
import type { Job, JobTrace } from './jobs.ts'
import type { WorkerResult } from './results.ts'

/** When a result was given: what a gateway needs to know where the time of a turn went. */
export interface Stamp {
  attempt: number
  /** On the clock of the gateway, when the job was put on its lane. */
  sentAtMs: number
  /** From then until this attempt began, by Redis's clock. */
  queuedMs: number
  /** From then until the result was given, on the worker's clock. */
  afterMs: number
}

/** One attempt at a job whose turn is recorded. Its times are durations, so that clocks may differ from host to host. */
export interface Attempt {
  job: Job
  attempt: number
  span: SpanRef
  parentId: string
  /** On the clock of the gateway. */
  sentAtMs: number
  queuedMs: number
  /** From its beginning to its end. */
  tookMs: number
  /** When each kind of result was given first, from the beginning. */
  firstMs: ReadonlyMap<WorkerResult['kind'], number>
  outcome: 'done' | 'failed' | 'dead' | 'retry' | 'cancelled' | 'kept'
  /** Of a failure. */
  code?: string
}

/** Takes the time of one attempt at a job. */
export interface AttemptTimes {
  /** The attempt begins, this long before its deadline. */
  begin(leftMs: number): void
  /** Null for a job that does not say when it was sent. */
  stamp(): Stamp | null
  emitted(results: readonly WorkerResult[]): void
  /** For the jobs that this one asks for. */
  trace(): JobTrace | undefined
  /** The whole of it; null where nobody records it, or it never began. */
  end(outcome: Attempt['outcome'], code?: string): Attempt | null
}

export function timeAttempt(job: Job, attempt: number, clock: Clock): AttemptTimes {
  const { trace } = job
  const parent = trace?.traceparent === undefined ? null : spanIn(trace.traceparent)
  const span = parent && { traceId: parent.traceId, spanId: newSpanId() }
  const firstMs = new Map<WorkerResult['kind'], number>()
  let begunAtMs: number | null = null
  let queuedMs = 0

  const afterMs = (): number => clock.now() - (begunAtMs ?? clock.now())

  return {
    begin(leftMs) {
      begunAtMs = clock.now()
      queuedMs = Math.max(0, Math.ceil(job.deadlineMs) - leftMs) // both by Redis's clock
    },
    stamp: () => (trace === undefined ? null : { attempt, sentAtMs: trace.sentAtMs, queuedMs, afterMs: afterMs() }),
    emitted(results) {
      if (span === null) return
      for (const { kind } of results) if (!firstMs.has(kind)) firstMs.set(kind, afterMs())
    },
    trace() {
      if (trace === undefined) return undefined
      const sentAtMs = trace.sentAtMs + queuedMs + afterMs()
      return span === null ? { sentAtMs } : { sentAtMs, traceparent: traceparentOf(span) }
    },
    end(outcome, code) {
      if (parent === null || span === null || trace === undefined || begunAtMs === null) return null
      const times = { sentAtMs: trace.sentAtMs, queuedMs, tookMs: afterMs(), firstMs }
      return { job, attempt, span, parentId: parent.spanId, ...times, outcome, ...(code !== undefined && { code }) }
    },
  }
}
