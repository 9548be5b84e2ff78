import { type Clock, type Closable, type Failure, type Log, assertNever, sleep } from '@voicebox/kernel'
import type { Attempt } from './attempt.ts'
import type { JobContext } from './context.ts'
import { type SessionLogLimits, sessionLogLimits } from './job-output.ts'
import { type Conclusion, type JobRun, type Repeatable, startJob } from './job-run.ts'
import { letterOf } from './dead-letter.ts'
import { type Job, type Lane, recordedTraceOf } from './jobs.ts'
import { keys } from './keys.ts'
import { type Delivery, holdLane } from './lane-hold.ts'
import type { JobIn } from './lane-job.ts'
import type { Redis } from './redis.ts'
import type { WorkerResult } from './results.ts'
import type { OnMismatch } from './tenant-mismatch.ts'

export interface ConsumeLaneOptions<L extends Lane, P = undefined> {
  lane: L
  /** Jobs done at a time; no more than these are taken from the lane. */
  concurrency: number
  /** A job whose holder was silent for this long is taken over. */
  claimAfterMs: number
  /** How often the holder of a job shows life, and looks for abandoned ones. Absent: a quarter of `claimAfterMs`. */
  heartbeatMs?: number
  /** A job that was begun this often, and failed or lost its worker each time, is answered as failed. Absent: 3. */
  maxAttempts?: number
  /**
   * How many jobs of one tenant may be in the lane, waiting or being done, while its others wait for them; all consumers of a
   * lane say the same. Absent or null: as many as all consumers do at a time, so that one tenant alone can keep them busy, and
   * of many none waits for more than the others' fair part.
   */
  maxShare?: number | null
  /** When a job that failed may be begun again, here or elsewhere; one whose worker was lost always is. Absent: before its first output. */
  repeatable?(job: JobIn<L>): Repeatable
  /** Unique among all consumers of the lane. */
  consumer: string
  limits?: SessionLogLimits
  clock: Clock
  /** Chance, from 0 to 1, for the wait before a retry. */
  random?(): number
  log: Log
  /** Told of each attempt what came of it, for the metrics. */
  onOutcome?(outcome: JobOutcome): void
  /** Told of each attempt at a job whose turn is recorded, when it is over. */
  onAttempt?(attempt: Attempt): void
  /** Told of each job that was refused, and kept as a dead letter, for naming another tenant than its entry or its session. */
  onMismatch?: OnMismatch
  /** Told of each job that is begun for the first time how long it had waited, in milliseconds by Redis's clock, and its recorded trace. */
  onBegun?(waitMs: number, traceId?: string): void
  /** Begins to get what the job needs while it is still found out whether there is anything to do; it must not change anything. */
  prepare?(job: JobIn<L>): P
  /** Does the job, with what was prepared. It emits exactly one last result (a final, finished, spoken or failed one), or throws. */
  run(job: JobIn<L>, context: JobContext, prepared: P): Promise<void>
  /** The job's last result when `run` threw or could not be called. */
  failed(job: JobIn<L>, failure: Failure): WorkerResult[]
}

/** `claimed`: taken over from a silent worker. `dead`: answered as failed and kept as a dead letter. */
export type JobOutcome = 'done' | 'failed' | 'retried' | 'claimed' | 'dead'

export interface LaneConsumer extends Closable {
  /** Jobs that are being done. */
  readonly busy: number
  /**
   * Takes no more jobs and lets running ones end until shortly before the deadline, then aborts them and puts them back for
   * others. It is over by the deadline, also when Redis is away, or after `lastMs` where that is longer.
   */
  close(options?: { deadlineMs?: number }): Promise<void>
}

/** Does the jobs of a lane until it is closed. It outlives any outage of Redis; a job that it loses by that is claimed again. */
export function consumeLane<L extends Lane, P = undefined>(
  redis: Redis,
  options: ConsumeLaneOptions<L, P>,
): LaneConsumer {
  const { lane, consumer, concurrency, claimAfterMs, clock, log, maxAttempts = 3, limits = sessionLogLimits } = options
  const { maxShare = null, repeatable = () => 'before_output', random = Math.random } = options
  const { onOutcome = () => {}, onBegun = () => {} } = options
  const heartbeatMs = options.heartbeatMs ?? claimAfterMs / 4
  const beatMs = Math.min(heartbeatMs, maxBeatMs)
  const hold = holdLane(redis, lane, consumer)
  const connection = redis.openBlocking(keys.lane(lane))
  const closing = new AbortController()
  const held = new Map<Delivery, JobRun>() // entries that are worked on
  const slots = new Map<JobRun, Promise<void>>() // code may run on for a little after its entry's fate is clear
  let slotFreed = Promise.withResolvers<void>()
  let claimAtMs = clock.now()
  let stopHeartbeat = (): void => {}
  let isGone = false
  const watching = redis.watch({ onAway: () => {}, onBack: waitBeforeClaiming })
  void heartbeat()
  const reading = keepReading()
  let closed: Promise<void> | undefined

  return {
    get busy() {
      return slots.size
    },
    close: ({ deadlineMs = 0 } = {}) => (closed ??= close(deadlineMs)),
  }

  async function keepReading(): Promise<void> {
    for (let failures = 0; !closing.signal.aborted;) {
      try {
        await hold.join() // also after a failure: the lane may be what was lost
        if (failures > 0) waitBeforeClaiming()
        for (; !closing.signal.aborted; failures = 0) await readOnce()
      } catch (error) {
        if (closing.signal.aborted) return
        log.warn({ error, lane }, 'A lane could not be read')
        await sleep(Math.min(50 * 2 ** failures++, 2_000), closing.signal)
      }
    }
  }

  /** While Redis was away nobody could show life, so that silence says nothing until they all could again. */
  function waitBeforeClaiming(): void {
    claimAtMs = clock.now() + claimAfterMs
  }

  async function readOnce(): Promise<void> {
    const free = concurrency - slots.size
    if (free === 0) return slotFreed.promise
    if (clock.now() < claimAtMs) return take(await hold.read(connection, free, blockMs(heartbeatMs)))
    claimAtMs = clock.now() + heartbeatMs
    await hold.tend()
    const claimed = await hold.claim(free, { minIdleMs: claimAfterMs, minUpMs: claimAfterMs })
    for (const { job } of claimed) if (job !== null) onOutcome('claimed')
    take(claimed)
  }

  function take(deliveries: Delivery[]): void {
    if (closing.signal.aborted) return // closing leaves them to others
    for (const delivery of deliveries) {
      if (delivery.job === null) {
        log.error({ lane, entry: delivery.entry }, 'A lane entry is not a job of this lane and is thrown away')
        void ack(delivery)
        continue
      }
      for (const [other, run] of held) if (other.entry === delivery.entry) run.end('superseded')
      const run = start(delivery, delivery.job as JobIn<L>)
      held.set(delivery, run)
      slots.set(run, finish(delivery, delivery.job, run))
    }
  }

  function start(delivery: Delivery, job: JobIn<L>): JobRun {
    const prepared = options.prepare?.(job) as P
    const run = (context: JobContext): Promise<void> => options.run(job, context, prepared)
    const failed = (failure: Failure): WorkerResult[] => options.failed(job, failure)
    const about = { delivery, maxAttempts, repeatable: repeatable(job), limits, clock, random, log }
    const { onAttempt, onMismatch } = options
    const begun = (waitMs: number): void => onBegun(waitMs, recordedTraceOf(job))
    const told = { onBegun: begun, ...(onAttempt && { onAttempt }), ...(onMismatch && { onMismatch }) }
    return startJob(redis, job, { ...about, run, failed, ...told })
  }

  async function finish(delivery: Delivery, job: Job, run: JobRun): Promise<void> {
    const conclusion = await run.concluded
    try {
      await settleEntry(delivery, job, conclusion)
    } catch (error) {
      const { entry } = delivery
      log.warn(
        { error, lane, entry, conclusion: conclusion.kind },
        'A lane did not hear what became of a job; it is claimed later',
      )
    }
    held.delete(delivery)
    await run.settled
    slots.delete(run)
    slotFreed.resolve()
    slotFreed = Promise.withResolvers()
  }

  async function settleEntry(delivery: Delivery, job: Job, conclusion: Conclusion): Promise<void> {
    switch (conclusion.kind) {
      case 'kept':
        return
      case 'dropped':
        return hold.ack(delivery)
      case 'done':
      case 'failed':
        onOutcome(conclusion.kind)
        return hold.ack(delivery)
      case 'dead':
        onOutcome('dead')
        return hold.bury(delivery, letterOf(job, delivery, conclusion.failure))
      case 'retry':
        onOutcome('retried')
        await hold.retry(delivery, conclusion.afterMs)
        return putBackAfter(conclusion.afterMs)
      default:
        return assertNever(conclusion)
    }
  }

  /** Others would put the job back too, but later. */
  function putBackAfter(ms: number): void {
    if (closing.signal.aborted) return
    const cancel = clock.after(ms + timerSlackMs, () => {
      closing.signal.removeEventListener('abort', cancel)
      hold.tend().catch((error: unknown) => log.warn({ error, lane }, 'A job is put back later than it was due'))
    })
    closing.signal.addEventListener('abort', cancel, { once: true })
  }

  async function ack(delivery: Delivery): Promise<void> {
    try {
      await hold.ack(delivery)
    } catch (error) {
      log.warn({ error, lane, entry: delivery.entry }, 'A lane entry was not taken out; it will be claimed')
    }
  }

  async function heartbeat(): Promise<void> {
    try {
      const lost = await hold.beat([...held.keys()], { canDo: closing.signal.aborted ? 0 : concurrency, maxShare })
      for (const delivery of lost) held.get(delivery)?.end('superseded')
    } catch (error) {
      log.warn({ error, lane }, 'A lane did not hear a heartbeat')
    }
    if (!isGone) stopHeartbeat = clock.after(beatMs, () => void heartbeat())
  }

  async function close(deadlineMs: number): Promise<void> {
    closing.abort()
    void watching.close()
    connection.disconnect()
    slotFreed.resolve()
    const left = reading.then(leave) // may take long when Redis is away
    await settled(Math.max(0, deadlineMs - lastMs))
    for (const run of slots.keys()) run.end('leaving')
    await settled(lastMs / 2)
    isGone = true
    stopHeartbeat()
    await endsWithin(lastMs / 2, left.then(leave))
  }

  async function leave(): Promise<void> {
    try {
      await hold.leave([...held.keys()])
    } catch (error) {
      log.warn({ error, lane }, 'A lane was not left; what was held is claimed later')
    }
  }

  /** Waits until all jobs have settled, or the time is over. */
  function settled(withinMs: number): Promise<void> {
    return endsWithin(withinMs, Promise.all(slots.values()))
  }
}

/** Waits until the promise has resolved, or the time is over. */
async function endsWithin(ms: number, promise: Promise<unknown>): Promise<void> {
  const done = new AbortController()
  void promise.then(() => done.abort())
  await sleep(ms, done.signal)
}

/** The last of the time to leave: a half for code to obey its signal, a half to put back what it had. */
const lastMs = 2_000

/** Whoever watches a lane misses a worker soon. */
const maxBeatMs = 2_000

/** A timer may run out a little early. */
const timerSlackMs = 2

/** Redis counts whole milliseconds, and 0 would be for ever. */
function blockMs(heartbeatMs: number): number {
  return Math.ceil(Math.min(Math.max(heartbeatMs, 1), 5_000))
}
