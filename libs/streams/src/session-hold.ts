import type { Log } from '@voicebox/kernel'
import { endAgain } from './end-again.ts'
import { noteHistory } from './history-index.ts'
import { keys, sessionKeys, sessionTtlMs, tombstoneMs } from './keys.ts'
import { makeLatestEvents } from './latest-events.ts'
import type { Redis } from './redis.ts'
import { sessionCommit } from './scripts.gen.ts'
import {
  type EncodedChange,
  type EncodedFact,
  type NewFact,
  type SessionChange,
  encodeChange,
  encodeFacts,
  partsOf,
} from './session-change.ts'
import { keepCounting } from './session-count.ts'
import { type OnEnded, endAndFree } from './session-end.ts'
import { showLive } from './session-index.ts'
import type { JournalLimits } from './session-journal.ts'
import { nameOf, type SessionRef } from './session-ref.ts'
import type { TakeWatch } from './watch-takes.ts'

/** One gateway's right to drive a session, until another takes it or the session is ended. */
export interface SessionHold extends SessionRef {
  /** Greater than that of every holder before. */
  readonly token: number
  /**
   * Writes a change in one atomic step. `lost`: refused, somebody else holds the session or it has ended. `behind`: Redis has
   * lost data; nothing was written, call `restore`. Commits are made one after another, in the order of the calls. Rejects with
   * a `Failure` of kind `dependency` when Redis does not answer: it is not known then whether it was written. Call it again with
   * the same change, which is never written twice; where another comes in its place, the one before is written first.
   */
  commit(change: SessionChange): Promise<'committed' | 'lost' | 'behind'>
  /**
   * After `behind`: the whole of the session, in place of whatever Redis has of it. `sent` need only have what was not committed
   * before: the hold remembers the latest events.
   */
  restore(whole: SessionChange): Promise<'committed' | 'lost'>
  /** Shows life, which commits do too. May bring records that need no commit of their own. */
  beat(set?: SessionChange['set']): Promise<'held' | 'lost' | 'behind'>
  /**
   * Ends the session and frees all it held, if this holder still holds it. May be repeated after a failure. Brings facts that are
   * in no change, or in one that was not answered. Should Redis lose the end within its last seconds, it is made again.
   */
  end(reason: string, facts?: readonly NewFact[]): Promise<void>
  /** Hears no more of take-overs. The session goes on, for another to take. */
  close(): Promise<void>
}

/** What a holder knows of its session when it begins. */
export interface HeldSession extends SessionRef {
  token: number
  holder: string
  openedAtMs: number
  openedBy: string | null
  /** The number of the newest change. */
  version: number
  resultsUpTo: number
  lastSent: number
}

/** A holder's side of the session log. */
export interface HeardResults {
  /** The number of the newest result that it has heard. */
  heardUpTo(): number
  /** Redis has lost results that it has heard, and others perhaps that it has not. None of what is asked for after this call is among them. */
  onResultsLost(): void
}

/** What is kept of a session for good. */
export interface HistoryOptions {
  /** How many bytes of it may wait to be written down. */
  maxUnwrittenBytes: number
  /** More of it waits than may: nothing is lost, but the session must end. */
  onFull(): void
}

export interface MakeHoldOptions {
  ttlMs: number
  limits: JournalLimits
  takes: TakeWatch
  results: HeardResults
  onEnded: OnEnded
  /** Null: no history is kept. */
  history: HistoryOptions | null
  log: Log
}

/** A change that was sent and not answered: whether it was written is not known. */
interface Pending {
  change: SessionChange
  encoded: EncodedChange
}

export function makeHold(redis: Redis, held: HeldSession, options: MakeHoldOptions): SessionHold {
  const { ttlMs, limits, takes, results, history, onEnded, log } = options
  const { tenantId, sessionId, token } = held
  const latest = makeLatestEvents(held.lastSent)
  const latestFacts = makeLatestEvents<EncodedFact>(0)
  let version = held.version
  let attempted = version
  let resultsUpTo = held.resultsUpTo
  let pending: Pending | null = null
  let isBehind = false
  let isOver = false
  let answeredAtMs = Date.now()

  const inTurn = <T>(task: () => Promise<T>): Promise<T> => redis.inOrder(`hold:${nameOf(held)}:${token}`, task)

  /** Makes a change of this number. */
  async function write(
    encoded: EncodedChange,
    number: number,
    facts: readonly string[] = [],
  ): Promise<'committed' | 'lost' | 'behind'> {
    attempted = Math.max(attempted, number)
    const own = { ...sessionKeys(held), history: keys.history(held) }
    const answer = await sessionCommit(redis, own, {
      token,
      number,
      ttl_ms: ttlMs,
      keep_ms: keepMs(ttlMs),
      heard_up_to: results.heardUpTo(),
      max_bytes: limits.maxBytes,
      max_age_ms: limits.maxAgeMs,
      max_unwritten: history?.maxUnwrittenBytes ?? 0,
      known_after: Math.min(latest.knownAfter, (encoded.sent[0]?.number ?? Infinity) - 1),
      ...partsOf(encoded, facts),
    })
    const silentMs = Date.now() - answeredAtMs
    answeredAtMs = Date.now()
    // after so long without a sign of life it is not lost data: the session has ended, and so has the mark of that
    isOver ||= answer === 'lost' || (answer === 'behind' && silentMs > tombstoneMs)
    if (isOver) return 'lost'
    isBehind = answer === 'behind'
    if (isBehind) {
      log.warn({ tenantId, sessionId, version }, 'Redis has lost what it was told of a session')
      return 'behind'
    }
    version = number
    resultsUpTo = encoded.resultsUpTo
    latest.push(encoded.sent)
    latestFacts.push(encoded.history)
    if (answer === 'committed_and_full') history?.onFull()
    if (answer === 'committed_after_loss') {
      log.warn({ tenantId, sessionId, version }, 'Redis has lost results of a session')
      results.onResultsLost()
    }
    return 'committed'
  }

  async function writeNext(next: Pending): Promise<'committed' | 'lost' | 'behind'> {
    if (isOver || takes.isTaken) return 'lost'
    if (isBehind) return 'behind'
    pending = next
    const answer = await write(next.encoded, version + 1)
    pending = null
    return answer
  }

  /** One that has ended is not counted again. */
  const count = (): Promise<void> =>
    inTurn(async () => {
      if (isOver) return
      await Promise.all([keepCounting(redis, held, ttlMs), note()])
    })

  const note = async (): Promise<void> => {
    if (history !== null) await noteHistory(redis, held)
  }

  /** With what Redis may have lost of them. */
  const withLatest = (facts: readonly EncodedFact[]): EncodedFact[] => {
    const first = facts[0]?.number ?? Infinity
    return [...latestFacts.events.filter(({ number }) => number < first), ...facts]
  }

  function commit(makeChange: () => SessionChange): ReturnType<SessionHold['commit']> {
    return inTurn(async () => {
      const change = makeChange()
      if (pending !== null && pending.change !== change) {
        const earlier = await writeNext(pending)
        if (earlier !== 'committed') return earlier
      }
      return writeNext(pending ?? { change, encoded: encodeChange(change, token) })
    })
  }

  return {
    tenantId,
    sessionId,
    token,
    commit: (change) => commit(() => change),
    restore: (whole) =>
      inTurn(async () => {
        if (isOver || takes.isTaken) return 'lost'
        pending = null // it is in the whole
        isBehind = true // until it is known that it is not
        const encoded = encodeChange(whole, token)
        const known = latest.events.filter(({ number }) => number < (encoded.sent[0]?.number ?? Infinity))
        const all = { ...encoded, sent: [...known, ...encoded.sent], history: withLatest(encoded.history) }
        const answer = await write(all, attempted + 1, factsOf(held))
        if (answer === 'committed') await Promise.all([showLive(redis, held, ttlMs), note()])
        return answer === 'committed' ? answer : 'lost'
      }),
    async beat(set = []) {
      if (isOver || takes.isTaken) return 'lost'
      const nothing = { drop: [], save: [], forget: [], sent: [], history: [] }
      const change = (): SessionChange => ({ set, ...nothing, resultsUpTo })
      const [answer] = await Promise.all([commit(change), showLive(redis, held, ttlMs)])
      if (answer === 'committed') await count()
      return answer === 'committed' ? 'held' : answer
    },
    end: (reason, own = []) =>
      inTurn(async () => {
        if (isOver || takes.isTaken) return
        const facts = history === null ? [] : withLatest(encodeFacts(own, token))
        const ending = { ...held, ender: `${token}`, reason, facts }
        await endAndFree(redis, ending, onEnded)
        isOver = true
        endAgain(redis, ending, onEnded)
      }),
    close: () => takes.close(),
  }
}

/** How long a session's keys outlive their last write; longer than the session can without a sign of life. */
export const keepMs = (ttlMs: number): number => Math.max(sessionTtlMs, 2 * ttlMs)

/** What is known of the session itself. */
function factsOf({ tenantId, token, holder, openedAtMs, openedBy }: HeldSession): string[] {
  const facts = { state: 'live', tenant: tenantId, token, holder, opened_at: openedAtMs, opened_by: openedBy ?? '' }
  return Object.entries(facts).flatMap(([name, value]) => [name, String(value)])
}
