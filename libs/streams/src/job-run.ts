import { type Clock, type Closable, Failure, type Log, failureRules, toFailure } from '@voicebox/kernel'
import { z } from 'zod'
import { ask } from './ask.ts'
import type { JobContext } from './context.ts'
import { type SessionLogLimits, jobOutput } from './job-output.ts'
import { type Job, subjectOf } from './jobs.ts'
import { channelNames, keys } from './keys.ts'
import type { Redis } from './redis.ts'
import type { WorkerResult } from './results.ts'

export interface JobRunOptions {
  entry: string
  attempt: number
  maxAttempts: number
  limits: SessionLogLimits
  clock: Clock
  log: Log
  run(context: JobContext): Promise<void>
  failed(failure: Failure): WorkerResult[]
}

/** Why a job ends before its code has ended. Its signal is aborted and what it still says is refused. */
export type Ending = 'cancelled' | 'deadline' | 'superseded' | 'leaving'

/** What becomes of the lane entry: it is taken out, or it stays for another attempt. */
export type Conclusion = 'ack' | 'keep'

export interface JobRun {
  /** Ends the job early; only the first ending counts. */
  end(ending: Ending): void
  /** Resolves as soon as the entry's fate is clear, which may be before the code has ended. */
  concluded: Promise<Conclusion>
  /** Resolves when the code has ended. */
  settled: Promise<void>
}

/** Does one attempt at a job. Neither promise ever rejects. */
export function startJob(redis: Redis, job: Job, options: JobRunOptions): JobRun {
  const { attempt, maxAttempts, clock, log } = options
  const about = { jobId: job.id, sessionId: job.sessionId, tenantId: job.tenantId, traceId: job.traceId, attempt }
  const output = jobOutput(redis, job, options)
  const controller = new AbortController()
  const early = Promise.withResolvers<Ending>()
  let settled = Promise.resolve()
  let hasEnding = false

  const concluded = perform().catch((error: unknown): Conclusion => {
    log.warn({ ...about, error }, 'A job could not be concluded and is left for another attempt')
    end('leaving')
    return 'keep'
  })
  return { end, concluded, settled: concluded.then(() => settled) }

  function end(ending: Ending): void {
    if (hasEnding) return
    hasEnding = true
    early.resolve(ending)
    controller.abort()
  }

  async function perform(): Promise<Conclusion> {
    const cancellation = await followCancellation(redis, job, () => end('cancelled')) // before begin, which sees earlier ones
    try {
      const begun = await output.begin()
      if (begun === 'superseded') return 'keep'
      if (begun !== 'run' && begun !== 'run_after_output') return 'ack'
      if (attempt > maxAttempts) return await answer(tooManyAttempts(maxAttempts))
      return await runUntilDeadline(begun === 'run_after_output')
    } finally {
      await cancellation.close()
    }
  }

  async function runUntilDeadline(hasEmitted: boolean): Promise<Conclusion> {
    const leftMs = job.deadlineAtMs - clock.now()
    if (leftMs <= 0) return answer(deadlineExceeded())
    const disarm = clock.after(Math.min(leftMs, maxTimerMs), () => end('deadline'))
    const ran = hasEnding ? Promise.resolve('never ran' as const) : run(hasEmitted)
    settled = ran.then(() => {})
    const outcome = await Promise.race([early.promise, ran])
    disarm()
    if (outcome === 'superseded') return 'keep'
    if (outcome === 'cancelled') return 'ack'
    if (outcome === 'leaving' || outcome === 'never ran') return output.hasEnded ? 'ack' : 'keep'
    end('leaving') // from here on only the answer is emitted
    if (outcome === 'deadline') return answer(deadlineExceeded())
    return answer(outcome ?? new Failure('bug', 'no_result', 'The job ended without a result'))
  }

  /** Answers the failure that the code threw, if it did. */
  async function run(hasEmitted: boolean): Promise<Failure | undefined> {
    try {
      await options.run({ attempt, hasEmitted, signal: controller.signal, emit })
      return undefined
    } catch (thrown) {
      return toFailure(thrown)
    }
  }

  async function emit(...results: WorkerResult[]): Promise<boolean> {
    if (controller.signal.aborted) return false
    if (results.length === 0) return true
    const emitted = await output.emit(results)
    if (emitted !== 'emitted') end(emitted)
    return emitted === 'emitted'
  }

  /** Emits the failure, unless the job has its last result already. */
  async function answer(failure: Failure): Promise<Conclusion> {
    await output.flushed()
    if (output.hasEnded) return 'ack'
    log[failureRules[failure.kind].logLevel]({ ...about, code: failure.code, error: failure }, 'A job failed')
    return (await output.emit(options.failed(failure))) === 'superseded' ? 'keep' : 'ack'
  }
}

/** Calls back when the job's subject is cancelled, also when the message was missed while the connection was down. */
async function followCancellation(redis: Redis, job: Job, onCancelled: () => void): Promise<Closable> {
  const subject = subjectOf(job)
  return redis.channels.subscribe(channelNames.cancel(job.sessionId), {
    onMessage(message) {
      if (message.toString() === subject) onCancelled()
    },
    onGap() {
      ask(redis.commands, z.number(), 'EXISTS', keys.cancelled(job.sessionId, subject)).then(
        (there) => there > 0 && onCancelled(),
        () => {}, // the next emit sees it
      )
    },
  })
}

const maxTimerMs = 2 ** 31 - 1

function deadlineExceeded(): Failure {
  return new Failure('capacity', 'deadline_exceeded', 'The work was not done in time')
}

function tooManyAttempts(attempts: number): Failure {
  return new Failure('engine', 'too_many_attempts', `The work was given up after ${attempts} attempts`)
}
