import { type Closable, Failure, type Log, sleep, toFailure } from '@voicebox/kernel'
import { type Job, UnrecoverableError, Worker } from 'bullmq'
import type { Redis } from '../redis.ts'
import { type Chore, type ChoreKind, choreKinds, choreOf } from './chore.ts'
import { choreIdFrom } from './chore-id.ts'
import { queueOptions } from './queues.ts'

/** What is done of a chore, and with what. */
export interface ChoreContext {
  id: string
  /** When it was added. */
  addedAt: Date
  /** 1 for the first. */
  attempt: number
  /** Whether no other follows, should this one fail. */
  isLast: boolean
  /** Aborted when the process must leave: the chore is then begun again, here or elsewhere. */
  signal: AbortSignal
}

export interface RunChoresOptions {
  /** Does one; rejects where it could not. It may run twice: where a process died in the midst of it, or only slept. */
  perform(chore: Chore, context: ChoreContext): Promise<void>
  /** Of each kind, how many are done at a time. */
  concurrency: Readonly<Record<ChoreKind, number>>
  /** A chore whose process has given no sign of life for this long is done by another. */
  claimAfterMs: number
  /** `failed`: another attempt follows; `given_up`: none does. */
  onOutcome(kind: ChoreKind, outcome: 'done' | 'failed' | 'given_up'): void
  log: Log
}

export interface ChoreRunner extends Closable {
  /** Begins no further chore, and waits for those under way until the deadline; then they are told to stop. */
  close(options?: { deadlineMs?: number }): Promise<void>
}

/** Does chores until it is closed. Any number of processes may. While Redis is away none are done. */
export function runChores(redis: Redis, options: RunChoresOptions): ChoreRunner {
  const { perform, concurrency, claimAfterMs, onOutcome, log } = options
  const leaving = new AbortController()

  const open = (kind: ChoreKind) => {
    const connection = redis.openOwn(`chores:${kind}`)
    const worker = new Worker(kind, (job) => run(kind, job), {
      ...queueOptions(),
      connection,
      concurrency: concurrency[kind],
      lockDuration: claimAfterMs,
      stalledInterval: claimAfterMs,
      maxStalledCount,
      runRetryDelay: 1_000,
      drainDelay: 5,
    })
    worker.on('error', (error) => log.debug({ error, kind }, 'Chores are waited for again'))
    return { worker, connection }
  }
  const opened = choreKinds.map(open)

  async function run(kind: ChoreKind, job: Job): Promise<void> {
    const chore = choreOf(job.data)
    const id = choreIdFrom(kind, job.id ?? '')
    const attempt = job.attemptsMade + 1
    const isLast = attempt >= (job.opts.attempts ?? 1)
    const about = { choreId: id, kind, tenantId: chore?.tenantId ?? undefined, correlationId: id, attempt }
    try {
      if (chore === null) throw new Failure('bug', 'unknown_chore', 'It is not a chore of this version')
      await perform(chore, { id, addedAt: new Date(job.timestamp), attempt, isLast, signal: leaving.signal })
      onOutcome(kind, 'done')
      log.info(about, 'A chore was done')
    } catch (error) {
      const failure = toFailure(error)
      const isOver = isLast || isFinal(failure)
      onOutcome(kind, isOver ? 'given_up' : 'failed')
      log[isOver ? 'error' : 'warn']({ ...about, error: failure }, isOver ? 'A chore was given up' : 'A chore failed')
      throw shown(failure)
    }
  }

  return {
    async close({ deadlineMs = 0 } = {}) {
      const over = new AbortController()
      const closing = Promise.all(opened.map(({ worker }) => worker.close().catch(() => {})))
      await Promise.race([closing, sleep(deadlineMs, over.signal)])
      leaving.abort()
      await Promise.race([closing, sleep(lastWordsMs, over.signal)])
      over.abort()
      await Promise.race([
        Promise.all(opened.map(({ worker }) => worker.close(true).catch(() => {}))),
        sleep(lastWordsMs),
      ])
      for (const { connection } of opened) connection.disconnect()
    },
  }
}

/** How often a process may die over a chore before it is given up. */
const maxStalledCount = 5
/** How long what was told to stop may take to say so. */
const lastWordsMs = 1_000

/** What another attempt cannot help. */
function isFinal({ kind, retryable }: Failure): boolean {
  return !retryable && kind !== 'bug'
}

/** What is kept of a failure: its code and its sentence, which never has what somebody said, nor a secret. */
function shown(failure: Failure): Error {
  const text = `${failure.code}: ${failure.message}`
  return isFinal(failure) ? new UnrecoverableError(text) : new Error(text)
}
