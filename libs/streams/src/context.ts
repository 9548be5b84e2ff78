import type { JobTrace } from './jobs.ts'
import type { WorkerResult } from './results.ts'

/** What a lane's consumer gives to the code that does a job. */
export interface JobContext {
  /** 1 for the first delivery; more when the job failed and is tried again, or was claimed from a worker that went silent. */
  attempt: number
  /** An earlier attempt had already emitted something, which may have reached the client. */
  hasEmitted: boolean
  /** How long the job is still worth doing. */
  leftMs(): number
  /** Aborted when the subject is cancelled, the deadline passes, a newer attempt took over, or the worker must leave. */
  signal: AbortSignal
  /** For a job that this one asks for now. */
  trace(): JobTrace | undefined
  /**
   * Appends results to the session log in one atomic step and publishes them. Answers false (and aborts `signal`) when the
   * subject was cancelled or a newer attempt owns the job: nothing was emitted then, and nothing further will be.
   */
  emit(...results: WorkerResult[]): Promise<boolean>
}
