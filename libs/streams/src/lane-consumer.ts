import { type Clock, type Closable, type Failure, type Log, sleep } from '@voicebox/kernel'
import type { JobContext } from './context.ts'
import { type SessionLogLimits, sessionLogLimits } from './job-output.ts'
import { type JobRun, startJob } from './job-run.ts'
import type { Lane } from './jobs.ts'
import { type Delivery, type JobIn, holdLane } from './lane.ts'
import type { Redis } from './redis.ts'
import type { WorkerResult } from './results.ts'

export interface ConsumeLaneOptions<L extends Lane> {
  lane: L
  /** Jobs done at a time; no more than these are taken from the lane. */
  concurrency: number
  /** A job whose holder was silent for this long is taken over. */
  claimAfterMs: number
  /** How often the holder of a job shows life, and looks for abandoned ones. Absent: a quarter of `claimAfterMs`. */
  heartbeatMs?: number
  /** A job that was begun this often without an end is answered as failed. Absent: 3. */
  maxAttempts?: number
  /** Unique among all consumers of the lane. */
  consumer: string
  limits?: SessionLogLimits
  clock: Clock
  log: Log
  /** Does the job. It emits exactly one last result (a final, finished, spoken or failed one), or throws. */
  run(job: JobIn<L>, context: JobContext): Promise<void>
  /** The job's last result when `run` threw or could not be called. */
  failed(job: JobIn<L>, failure: Failure): WorkerResult[]
}

export interface LaneConsumer extends Closable {
  /** Jobs that are being done. */
  readonly busy: number
  /** Takes no more jobs, lets running ones end until the deadline, then aborts them and leaves them to other consumers. */
  close(options?: { deadlineMs?: number }): Promise<void>
}

/** Does the jobs of a lane until it is closed. It outlives any outage of Redis; a job that it loses by that is claimed again. */
export function consumeLane<L extends Lane>(redis: Redis, options: ConsumeLaneOptions<L>): LaneConsumer {
  const { lane, consumer, concurrency, claimAfterMs, clock, log, maxAttempts = 3, limits = sessionLogLimits } = options
  const heartbeatMs = options.heartbeatMs ?? claimAfterMs / 4
  const hold = holdLane(redis, lane, consumer)
  const connection = redis.openBlocking()
  const closing = new AbortController()
  const held = new Map<Delivery, JobRun>() // entries that are worked on
  const slots = new Map<JobRun, Promise<void>>() // code may run on for a little after its entry's fate is clear
  let slotFreed = Promise.withResolvers<void>()
  let claimAtMs = clock.now()
  let stopHeartbeat = clock.after(heartbeatMs, () => void heartbeat())
  const reading = keepReading()
  let closed: Promise<void> | undefined
  let isGone = false

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
        for (; !closing.signal.aborted; failures = 0) await readOnce()
      } catch (error) {
        if (closing.signal.aborted) return
        log.warn({ error, lane }, 'A lane could not be read')
        await sleep(Math.min(50 * 2 ** failures++, 2_000), closing.signal)
      }
    }
  }

  async function readOnce(): Promise<void> {
    const free = concurrency - slots.size
    if (free === 0) return slotFreed.promise
    if (clock.now() < claimAtMs) return take(await hold.read(connection, free, blockMs(heartbeatMs)))
    claimAtMs = clock.now() + heartbeatMs
    take(await hold.claim(free, claimAfterMs))
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
      slots.set(run, finish(delivery, run))
    }
  }

  function start({ entry, attempt }: Delivery, job: JobIn<L>): JobRun {
    const run = (context: JobContext): Promise<void> => options.run(job, context)
    const failed = (failure: Failure): WorkerResult[] => options.failed(job, failure)
    return startJob(redis, job, { entry, attempt, maxAttempts, limits, clock, log, run, failed })
  }

  async function finish(delivery: Delivery, run: JobRun): Promise<void> {
    if ((await run.concluded) === 'ack') await ack(delivery)
    held.delete(delivery)
    await run.settled
    slots.delete(run)
    slotFreed.resolve()
    slotFreed = Promise.withResolvers()
  }

  async function ack(delivery: Delivery): Promise<void> {
    try {
      await hold.ack(delivery)
    } catch (error) {
      log.warn({ error, lane, entry: delivery.entry }, 'A finished job was not acked; it will be claimed and acked')
    }
  }

  async function heartbeat(): Promise<void> {
    try {
      const lost = held.size > 0 ? await hold.extend([...held.keys()]) : []
      for (const delivery of lost) held.get(delivery)?.end('superseded')
    } catch (error) {
      log.warn({ error, lane }, 'A lane did not hear a heartbeat')
    }
    if (!isGone) stopHeartbeat = clock.after(heartbeatMs, () => void heartbeat())
  }

  async function close(deadlineMs: number): Promise<void> {
    closing.abort()
    connection.disconnect()
    slotFreed.resolve()
    await reading
    await leave()
    await settled(deadlineMs)
    for (const run of slots.keys()) run.end('leaving')
    await settled(graceMs)
    isGone = true
    stopHeartbeat()
    await leave()
  }

  async function leave(): Promise<void> {
    try {
      await hold.leave([...held.keys()])
    } catch (error) {
      log.warn({ error, lane }, 'A lane was not left; what was held is claimed later')
    }
  }

  /** Waits until all jobs have settled, or the time is over. */
  async function settled(withinMs: number): Promise<void> {
    const done = new AbortController()
    void Promise.all(slots.values()).then(() => done.abort())
    await sleep(withinMs, done.signal)
  }
}

/** How long code may take to obey its signal when the consumer closes. */
const graceMs = 1_000

/** Redis counts whole milliseconds, and 0 would be for ever. */
function blockMs(heartbeatMs: number): number {
  return Math.ceil(Math.min(Math.max(heartbeatMs, 1), 5_000))
}
