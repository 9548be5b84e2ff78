import { type Clock, type Closable, Failure, type Log, failureRules, toFailure } from '@voicebox/kernel'
import { z } from 'zod'
import { ask } from './ask.ts'
import { type Attempt, timeAttempt } from './attempt.ts'
import type { JobContext } from './context.ts'
import { type SessionLogLimits, jobOutput } from './job-output.ts'
import { type Job, jobFields, subjectOf } from './jobs.ts'
import { channelNames, keys } from './keys.ts'
import type { Delivery } from './lane-hold.ts'
import { retryDelayMs } from './lane-retry.ts'
import type { Redis } from './redis.ts'
import { text } from './reply.ts'
import type { WorkerResult } from './results.ts'
import { shownFailure } from './shown-failure.ts'
import type { OnMismatch } from './tenant-mismatch.ts'

/** When a job that failed may be begun again: not at all, only while nothing of it is out, or always. */
export type Repeatable = 'never' | 'before_output' | 'always'

export interface JobRunOptions {
  delivery: Delivery
  maxAttempts: number
  repeatable: Repeatable
  limits: SessionLogLimits
  clock: Clock
  /** From 0 to 1. */
  random(): number
  log: Log
  /** Told of an attempt whose turn is recorded, when it is over. */
  onAttempt?(attempt: Attempt): void
  /** The job was refused: it names another tenant than its entry or its session. */
  onMismatch?: OnMismatch
  onBegun(waitMs: number): void
  run(context: JobContext): Promise<void>
  failed(failure: Failure): WorkerResult[]
}

/** Why a job ends before its code has ended. Its signal is aborted and what it still says is refused. */
export type Ending = 'cancelled' | 'deadline' | 'superseded' | 'leaving'

/** What became of an attempt, and so of its lane entry. */
export type Conclusion =
  /** Its last result is out, which may be one that the code gave for a failure. */
  | { kind: 'done' }
  /** It was answered as failed. */
  | { kind: 'failed' }
  /** Somebody should look why: it was answered as failed after as many attempts as a job has, or by a bug; or names another tenant. */
  | { kind: 'dead'; failure: Failure }
  /** There was nothing to do: it was cancelled, or is done already, or another entry of it is. */
  | { kind: 'dropped' }
  /** It is begun again after a while. */
  | { kind: 'retry'; afterMs: number }
  /** It is left to another attempt, which may be under way. */
  | { kind: 'kept' }

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
  const { delivery, maxAttempts, repeatable, clock, log } = options
  const { origin: entry, attempt, deadlineAtMs } = delivery
  const about = { ...jobFields(job), attempt }
  const output = jobOutput(redis, job, { entry, attempt, deadlineAtMs, limits: options.limits })
  const times = timeAttempt(job, attempt, clock)
  const controller = new AbortController()
  const early = Promise.withResolvers<Ending>()
  let settled = Promise.resolve()
  let hasEnding = false
  let failureCode: string | undefined
  let hasEmitted = false // in this attempt or an earlier one
  let endsAtMs = clock.now()

  const concluded = perform()
    .catch((error: unknown): Conclusion => {
      log.warn(
        { ...about, ...shownFailure(toFailure(error)) },
        'A job could not be concluded and is left for another attempt',
      )
      end('leaving')
      return { kind: 'kept' }
    })
    .then(tellOf)
  return { end, concluded, settled: concluded.then(() => settled) }

  function end(ending: Ending): void {
    if (hasEnding) return
    hasEnding = true
    early.resolve(ending)
    controller.abort()
  }

  async function perform(): Promise<Conclusion> {
    if (delivery.tenant !== job.tenantId) return refuse(delivery.tenant)
    const onCancelled = (): void => end('cancelled')
    const [following, begun] = await Promise.allSettled([followCancellation(redis, job, onCancelled), output.begin()])
    try {
      if (following.status === 'rejected') throw following.reason
      if (begun.status === 'rejected') throw begun.reason
      const { verdict, leftMs, theirs } = begun.value
      if (verdict === 'foreign') return refuse(theirs)
      if (verdict === 'superseded') return { kind: 'kept' }
      if (verdict !== 'run' && verdict !== 'run_after_output') return { kind: 'dropped' }
      times.begin(leftMs)
      if (attempt > maxAttempts) return await answer(tooManyAttempts(maxAttempts), { isDead: true })
      hasEmitted = verdict === 'run_after_output'
      if (attempt === 1) options.onBegun(Math.max(0, job.deadlineMs - leftMs)) // its deadline counts from when it was put there
      endsAtMs = clock.now() + leftMs
      return await runUntilDeadline()
    } finally {
      if (following.status === 'fulfilled') await following.value.close()
    }
  }

  function tellOf(conclusion: Conclusion): Conclusion {
    const { kind } = conclusion
    const told = times.end(kind === 'dropped' ? 'cancelled' : kind, failureCode)
    if (told !== null) options.onAttempt?.(told)
    return conclusion
  }

  /** Nothing is said of it to either tenant; it is kept for whoever looks why. */
  function refuse(otherTenantId: string): Conclusion {
    const { tenantId, sessionId, id: jobId } = job
    options.onMismatch?.({ at: 'job', tenantId, otherTenantId, sessionId, jobId })
    return { kind: 'dead', failure: tenantMismatch(tenantId, otherTenantId) }
  }

  async function runUntilDeadline(): Promise<Conclusion> {
    if (leftMs() === 0) return answer(deadlineExceeded())
    const disarm = clock.after(Math.min(leftMs(), maxTimerMs), () => end('deadline'))
    const ran = hasEnding ? Promise.resolve('never ran' as const) : run()
    settled = ran.then(() => {})
    const outcome = await Promise.race([early.promise, ran])
    disarm()
    if (outcome === 'superseded') return { kind: 'kept' }
    if (outcome === 'cancelled') return { kind: 'dropped' }
    if (outcome === 'leaving' || outcome === 'never ran') return { kind: output.hasEnded ? 'done' : 'kept' }
    end('leaving') // from here on only the answer is emitted
    if (outcome === 'deadline') return answer(deadlineExceeded())
    return conclude(outcome ?? new Failure('bug', 'no_result', 'The job ended without a result'))
  }

  /** Answers the failure that the code threw, if it did. */
  async function run(): Promise<Failure | undefined> {
    try {
      await options.run({ attempt, hasEmitted, leftMs, signal: controller.signal, emit, trace: times.trace })
      return undefined
    } catch (thrown) {
      return toFailure(thrown)
    }
  }

  function leftMs(): number {
    return Math.max(0, endsAtMs - clock.now())
  }

  async function emit(...results: WorkerResult[]): Promise<boolean> {
    if (controller.signal.aborted) return false
    if (results.length === 0) return true
    times.emitted(results)
    const emitted = await output.emit(results, times.stamp())
    if (emitted === 'emitted') hasEmitted = true
    else end(emitted)
    return emitted === 'emitted'
  }

  /** Has the job begun again if that may help, else answers the failure; neither where the last result is out. */
  async function conclude(failure: Failure): Promise<Conclusion> {
    await output.flushed()
    if (output.hasEnded) return { kind: 'done' }
    failureCode = failure.code
    const mayRepeat = repeatable === 'always' || (repeatable === 'before_output' && !hasEmitted)
    const isLast = attempt >= maxAttempts
    const afterMs = retryDelayMs(attempt, options.random())
    if (!failure.retryable || !mayRepeat) return answer(failure, { isDead: failure.kind === 'bug' })
    if (isLast || afterMs >= leftMs()) return answer(failure, { isDead: isLast })
    log.warn({ ...about, ...shownFailure(failure), afterMs }, 'A job failed and will be tried again')
    return { kind: 'retry', afterMs }
  }

  /** Emits the failure, unless the job has its last result already. */
  async function answer(failure: Failure, { isDead = false } = {}): Promise<Conclusion> {
    await output.flushed()
    if (output.hasEnded) return { kind: 'done' }
    log[failureRules[failure.kind].logLevel]({ ...about, ...shownFailure(failure) }, 'A job failed')
    failureCode = failure.code
    const emitted = await output.emit(options.failed(failure), times.stamp())
    if (emitted === 'superseded') return { kind: 'kept' }
    if (emitted === 'cancelled') return { kind: 'dropped' }
    return isDead ? { kind: 'dead', failure } : { kind: 'failed' }
  }
}

/**
 * Calls back when the job's subject is cancelled, also when that was before, or the message was missed while the connection
 * was down.
 */
async function followCancellation(redis: Redis, job: Job, onCancelled: () => void): Promise<Closable> {
  const subject = subjectOf(job)
  const look = (): void => {
    isCancelled(redis, job).then(
      (is) => is && onCancelled(),
      () => {}, // the next emit sees it
    )
  }
  const following = await redis.channels.subscribe(channelNames.cancel(job), {
    onMessage(message) {
      const cancelled = message.toString()
      if (cancelled === subject || cancelled === '*') onCancelled() // `*`: the session has ended
    },
    onGap: look,
  })
  look() // the job may have begun before this held, and been cancelled in between
  return following
}

async function isCancelled(redis: Redis, job: Job): Promise<boolean> {
  const [marks, state] = await Promise.all([
    ask(redis.commands, z.number(), 'EXISTS', keys.cancelled(job, subjectOf(job))),
    ask(redis.commands, text.nullable(), 'HGET', keys.session(job), 'state'),
  ])
  return marks > 0 || state === 'ended'
}

const maxTimerMs = 2 ** 31 - 1

function deadlineExceeded(): Failure {
  return new Failure('capacity', 'deadline_exceeded', 'The work was not done in time')
}

function tenantMismatch(tenantId: string, otherTenantId: string): Failure {
  const message = `The job names tenant '${tenantId}' where it is of tenant '${otherTenantId}'`
  return new Failure('bug', 'tenant_mismatch', message)
}

function tooManyAttempts(attempts: number): Failure {
  return new Failure('engine', 'too_many_attempts', `The work was given up after ${attempts} attempts`)
}
