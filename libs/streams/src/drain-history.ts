import { type Log, type SessionId, toFailure } from '@voicebox/kernel'
import { claimHistory, dropHistory, lookAgain } from './history-index.ts'
import type { Redis } from './redis.ts'
import type { SessionRef } from './session-ref.ts'
import { type UnwrittenFact, forgetHistory, readHistory } from './unwritten-history.ts'

/** A fact with whose it is; the rest is as it was told. */
export type FactToWrite = { sessionId: SessionId; number: number; at: Date } & object

export interface DrainHistoryOptions {
  /**
   * Writes facts of a tenant's sessions down for good, all or none. It may get them again, also while it is at them, and rejects
   * with a `Failure` of kind `dependency` where it must get them again.
   */
  write(tenantId: string, facts: readonly FactToWrite[]): Promise<void>
  /** These facts are written, and let go of. */
  onWritten?(count: number): void
  /** A fact can never be written: it is let go of, and lost. */
  onRefused?(fact: FactToWrite): void
  /** How many sessions at most. */
  limit?: number
  /** How long nobody else looks at them. Absent: 15 s. */
  claimMs?: number
  log: Log
}

/**
 * Writes down what history waits, of some sessions: a fact is let go of only once it is written. Answers how many were. Any number
 * of drainers may do this at a time, and each may die at any step: another gets its sessions when the claim is over. Rejects when
 * nothing can be written at the moment.
 */
export async function drainHistory(redis: Redis, options: DrainHistoryOptions): Promise<number> {
  const { limit = 256, claimMs = 15_000 } = options
  const claimed = await claimHistory(redis, limit, claimMs)
  const read = await Promise.allSettled(claimed.map((session) => readOne(redis, session)))
  const backlogs = read.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])) // others when their claim is over
  let written = 0
  try {
    for (const [tenantId, own] of Map.groupBy(backlogs, ({ session }) => session.tenantId))
      for (const batch of batchesOf(own)) {
        await writeAll(tenantId, batch.flatMap(factsIn), options)
        await Promise.all(batch.map((backlog) => settle(redis, backlog)))
        const count = batch.reduce((sum, { facts }) => sum + facts.length, 0)
        written += count
        options.onWritten?.(count)
      }
  } catch (error) {
    await Promise.allSettled(claimed.map((session) => lookAgain(redis, session, retryMs)))
    throw toFailure(error)
  }
  return written
}

/** What waits of a session. */
interface Backlog {
  session: SessionRef
  isOver: boolean
  facts: UnwrittenFact[]
}

async function readOne(redis: Redis, session: SessionRef): Promise<Backlog> {
  return { session, ...(await readHistory(redis, session, { maxFacts, maxBytes })) }
}

/** Sessions together, so that one transaction is not longer than Postgres is waited for. */
function batchesOf(backlogs: readonly Backlog[]): Backlog[][] {
  const batches: Backlog[][] = []
  let [count, bytes] = [Infinity, 0]
  for (const backlog of backlogs) {
    count += backlog.facts.length
    bytes += backlog.facts.reduce((sum, fact) => sum + fact.bytes, 0)
    const batch = batches.at(-1)
    if (batch !== undefined && count <= maxFacts && bytes <= maxBytes) batch.push(backlog)
    else {
      batches.push([backlog])
      count = backlog.facts.length
      bytes = backlog.facts.reduce((sum, fact) => sum + fact.bytes, 0)
    }
  }
  return batches
}

function factsIn({ session: { sessionId }, facts }: Backlog): FactToWrite[] {
  return facts.map(({ number, atMs, fact }) => ({ ...(fact as object), sessionId, number, at: new Date(atMs) }))
}

/** Where some cannot be written whatever happens, the others are: those are looked for by halves. */
async function writeAll(tenantId: string, facts: readonly FactToWrite[], options: DrainHistoryOptions): Promise<void> {
  if (facts.length === 0) return
  try {
    await options.write(tenantId, facts)
  } catch (error) {
    const failure = toFailure(error)
    if (failure.kind === 'dependency') throw failure
    const [fact] = facts
    if (facts.length > 1) {
      const half = Math.ceil(facts.length / 2)
      await writeAll(tenantId, facts.slice(0, half), options)
      return writeAll(tenantId, facts.slice(half), options)
    }
    if (fact === undefined) return
    const { sessionId, number } = fact
    options.log.error({ tenantId, sessionId, number, error: failure }, 'A fact of history was refused, and is lost')
    options.onRefused?.(fact)
  }
}

/** What is written goes, and the session is looked at again when there may be more. */
async function settle(redis: Redis, { session, isOver, facts }: Backlog): Promise<void> {
  const last = facts.at(-1)
  if (last === undefined) return isOver ? dropHistory(redis, session) : lookAgain(redis, session, idleMs)
  await forgetHistory(redis, session, last.number)
  const hasMore = isOver || facts.length >= maxFacts
  await lookAgain(redis, session, hasMore ? 0 : activeMs)
}

const maxFacts = 200
const maxBytes = 1 << 20
/** When sessions are looked at again that have told something, or nothing, since the last time; or that could not be written. */
const activeMs = 1_000
const idleMs = 4_000
const retryMs = 1_000
