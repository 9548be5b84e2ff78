import { type Closable, Failure, type Log } from '@voicebox/kernel'
import type { Redis } from '../redis.ts'
import type { Chore, ChoreKind } from './chore.ts'
import { choreIdOf, parseChoreId } from './chore-id.ts'
import { type ChoreState, findChore, findJob, idsOf, type ListChoresOptions, type ListedChore } from './listing.ts'
import { choreStates, listChores, typesOf } from './listing.ts'
import { openQueues } from './queues.ts'
import { type ChoreRule, choreRules } from './rules.ts'

export interface AddChoreOptions {
  /** What orders it among the others; with `name`, what tells it from them: one that is there already is not added again. */
  atMs: number
  /** Letters, digits, `_` and `-`. */
  name: string
}

/** The chores of an installation: what is to be done, and what became of it. Any process may have this open. */
export interface Chores extends Closable {
  /** Adds a chore, unless it is there. `full`: too many of its kind wait; it was not added. */
  add(chore: Chore, options: AddChoreOptions): Promise<{ kind: 'added'; id: string } | { kind: 'full' }>
  /** Lets the installation's retention run so often, once over all that say so. The last that says so counts. */
  scheduleRetention(everyMs: number): Promise<void>
  list(options?: ListChoresOptions): Promise<{ chores: ListedChore[]; next: string | null }>
  find(id: string): Promise<ListedChore | null>
  /** Does one that was given up from its first attempt on, or one that waits for its time now. `busy`: it is neither. */
  retry(id: string): Promise<'queued' | 'busy' | 'gone'>
  /** Throws one away. `running`: it is being done, and was not. */
  drop(id: string): Promise<'dropped' | 'running' | 'gone'>
  /** How many are in each state. */
  counts(kind: ChoreKind): Promise<Record<ChoreState, number>>
  /** How many of a tenant wait, for their first attempt or another. */
  waitingOf(kind: ChoreKind, tenantId: string): Promise<number>
  close(): Promise<void>
}

export interface OpenChoresOptions {
  log: Log
  /** Absent: `choreRules`. */
  rules?: Readonly<Record<ChoreKind, ChoreRule>>
}

export function openChores(redis: Redis, { log, rules = choreRules }: OpenChoresOptions): Chores {
  const queues = openQueues(redis, log)
  const optionsOf = ({ attempts, retryAfterMs, maxFailed, maxDone, doneForS }: ChoreRule) => ({
    attempts,
    backoff: { type: 'exponential', delay: retryAfterMs, jitter: 0.2 },
    removeOnComplete: { age: doneForS, count: maxDone },
    removeOnFail: { count: maxFailed },
    stackTraceLimit: 0,
  })

  return {
    add: (chore, { atMs, name }) =>
      told(async () => {
        const { kind, tenantId } = chore
        const queue = queues.of(kind)
        const id = choreIdOf({ kind, atMs, tenantId, name })
        if (parseChoreId(id) === null) throw new Failure('bug', 'invalid_chore', 'A name has what an id cannot have')
        const { wait = 0, delayed = 0 } = await queue.getJobCounts('wait', 'delayed')
        if (wait + delayed >= rules[kind].maxWaiting) return { kind: 'full' }
        await queue.add(kind, chore, { ...optionsOf(rules[kind]), jobId: id })
        return { kind: 'added', id }
      }),
    scheduleRetention: (every) =>
      told(async () => {
        const chore: Chore = { kind: 'retention', tenantId: null }
        const { attempts, backoff, ...opts } = optionsOf(rules.retention)
        const template = { name: chore.kind, data: chore, opts: { ...opts, attempts, backoff } }
        await queues.of(chore.kind).upsertJobScheduler('installation', { every }, template)
      }),
    list: (options = {}) => told(() => listChores(queues, options)),
    find: (id) => told(() => findChore(queues, id)),
    retry: (id) =>
      told(async () => {
        const [job, listed] = [await findJob(queues, id), await findChore(queues, id)]
        if (job === null || listed === null) return 'gone'
        try {
          if (listed.state === 'failed')
            await job.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true })
          else if (listed.state === 'delayed') await job.promote()
          else return 'busy'
          return 'queued'
        } catch (error) {
          return settled(await findChore(queues, id), error, 'busy')
        }
      }),
    drop: (id) =>
      told(async () => {
        const [job, listed] = [await findJob(queues, id), await findChore(queues, id)]
        if (job === null || listed === null) return 'gone'
        if (listed.state === 'running') return 'running'
        try {
          await job.remove()
          return 'dropped'
        } catch (error) {
          return settled(await findChore(queues, id), error, 'running')
        }
      }),
    counts: (kind) =>
      told(async () => {
        const counted = await queues.of(kind).getJobCounts(...choreStates.flatMap((state) => typesOf[state]))
        const count = (state: ChoreState): number =>
          Math.max(...typesOf[state].map((type) => counted[type === 'waiting' ? 'wait' : type] ?? 0))
        return Object.fromEntries(choreStates.map((state) => [state, count(state)])) as Record<ChoreState, number>
      }),
    waitingOf: (kind, tenantId) =>
      told(async () => {
        const ids = await idsOf(queues, kind, ['waiting', 'delayed'])
        return ids.filter((id) => parseChoreId(id)?.tenantId === tenantId).length
      }),
    close: () => queues.close(),
  }
}

/** What the queue could not do because the chore had just changed its state is told by that state; all else is passed on. */
function settled<T>(now: ListedChore | null, error: unknown, otherwise: T): T | 'gone' {
  if (now === null) return 'gone'
  if (now.state === 'failed' || now.state === 'done') throw error
  return otherwise
}

/** What goes wrong between us and Redis is a `Failure` like all that this package tells of. */
async function told<T>(task: () => Promise<T>): Promise<T> {
  try {
    return await task()
  } catch (error) {
    if (error instanceof Failure) throw error
    throw new Failure('dependency', 'redis_failed', 'Redis did not do what a chore needs', { cause: error })
  }
}
