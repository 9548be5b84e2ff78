import { Failure, type Log, newId } from '@voicebox/kernel'
import { z } from 'zod'
import { ask } from './ask.ts'
import { decode } from './codec.ts'
import { channelNames, sessionKeys } from './keys.ts'
import type { Redis } from './redis.ts'
import { bytes, text } from './reply.ts'
import { sessionCreate, sessionTake } from './scripts.gen.ts'
import type { SessionRecords } from './session-change.ts'
import { noteHistory } from './history-index.ts'
import {
  type HeardResults,
  type HeldSession,
  type HistoryOptions,
  type SessionHold,
  keepMs,
  makeHold,
} from './session-hold.ts'
import { keepCounting } from './session-count.ts'
import type { OnEnded } from './session-end.ts'
import { showLive } from './session-index.ts'
import { type JournalLimits, journalLimits } from './session-journal.ts'
import type { SessionRef } from './session-ref.ts'
import type { OnMismatch } from './tenant-mismatch.ts'
import { type TakeWatch, watchTakes } from './watch-takes.ts'

export interface HoldOptions extends SessionRef {
  /** Who holds it, for those who look. */
  holder: string
  /** How long the session lives after the last sign of life. */
  ttlMs: number
  /** Another has taken the session over: nothing of this holder is written any more. Called once at most, it may be before the hold is there. */
  onTaken(): void
  /** Absent: it does not follow the session log. */
  results?: HeardResults
  limits?: JournalLimits
  /** Absent or null: no history is kept. */
  history?: HistoryOptions | null
  /** A digest of the client secret that opened it, or null; only at its creation. */
  openedBy?: string | null
  /** Called where this holder ends it, before it is free. Absent: nobody is told. */
  onEnded?: OnEnded
  log: Log
}

export interface TakenSession {
  hold: SessionHold
  records: SessionRecords
  resultsUpTo: number
  /** The number of the newest event in the journal; 0: none. */
  lastSent: number
}

/** Opens a session that this process drives. */
export async function createSession(redis: Redis, options: HoldOptions): Promise<SessionHold> {
  const { tenantId, holder, ttlMs, openedBy = null } = options
  return watched(redis, options, async (takes) => {
    await keepCounting(redis, options, ttlMs)
    await showLive(redis, options, ttlMs) // before it is there, so that it is never there unseen
    await listHistory(redis, options)
    const about = { tenant: tenantId, holder, take: newId('job'), opened_by: openedBy ?? '' }
    const { session } = sessionKeys(options)
    const [answer, token] = await sessionCreate(redis, { session }, { ...about, ttl_ms: ttlMs, keep_ms: keepMs(ttlMs) })
    if (answer !== 'created') throw new Failure('bug', 'session_exists', 'There is a session of this id')
    const none = { version: 0, resultsUpTo: 0, lastSent: 0 }
    return holdOf(redis, options, takes, { token: Number(token), ...none, openedAtMs: Number(token), openedBy })
  })
}

/** Takes a session over from whoever holds it. Null: there is none of this id and tenant that lives. */
export async function takeSession(redis: Redis, options: HoldOptions): Promise<TakenSession | null> {
  return watched(redis, options, async (takes) => {
    const taken = await take(redis, options)
    if (taken === null) return null
    await showLive(redis, options, options.ttlMs)
    await keepCounting(redis, options, options.ttlMs)
    await listHistory(redis, options)
    const [token, version, resultsUpTo, lastSent, openedAtMs, openedBy, ...records] = taken
    const about = { token, version, resultsUpTo, lastSent, openedAtMs, openedBy: openedBy || null }
    return { hold: holdOf(redis, options, takes, about), records: recordsOf(records), resultsUpTo, lastSent }
  })
}

/** Says that there may be history of it, before there is. */
async function listHistory(redis: Redis, options: HoldOptions): Promise<void> {
  if (options.history != null) await noteHistory(redis, options)
}

/** What opened a session; null when its tenant has no live session of this id. */
export async function findSession(
  redis: Redis,
  ref: SessionRef,
  onMismatch?: OnMismatch,
): Promise<{ openedBy: string | null } | null> {
  const { session } = sessionKeys(ref)
  const [state, tenantId, openedBy] = await ask(redis.commands, found, 'HMGET', session, 'state', 'tenant', 'opened_by')
  if (tenantId !== null && tenantId !== ref.tenantId) {
    onMismatch?.({ at: 'session', tenantId, otherTenantId: ref.tenantId, sessionId: ref.sessionId })
    return null
  }
  return state === 'live' ? { openedBy: openedBy || null } : null
}
const found = z.tuple([text.nullable(), text.nullable(), text.nullable()])

/** What others do is heard from before the session is this process's; it stays heard if that works out. */
async function watched<T>(redis: Redis, options: HoldOptions, open: (takes: TakeWatch) => Promise<T>): Promise<T> {
  const takes = await watchTakes(redis, options, options.onTaken)
  try {
    const opened = await open(takes)
    if (opened === null) await takes.close()
    return opened
  } catch (error) {
    await takes.close()
    throw error
  }
}

/** Takes from whoever has it; should another take it meanwhile, from him. */
async function take(redis: Redis, options: HoldOptions): Promise<z.infer<typeof takenReply> | null> {
  const { tenantId, holder, ttlMs } = options
  const { session, records } = sessionKeys(options)
  const about = { tenant: tenantId, holder, take: newId('job'), ttl_ms: ttlMs, channel: channelNames.hold(options) }
  let expected = 0
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const [answer, ...told] = await sessionTake(redis, { session, records }, { ...about, expected })
    if (answer?.toString() === 'none') return null
    if (answer?.toString() === 'taken') return takenReply.parse(told)
    expected = Number(told[0])
  }
  throw new Failure('capacity', 'session_contended', 'Too many want this session')
}

const count = text.transform(Number)
const takenReply = z.tuple([count, count, count, count, count, text], bytes)
/** The first asks for the token. */
const maxAttempts = 20

function recordsOf(parts: readonly Buffer[]): SessionRecords {
  const records = new Map<string, unknown>()
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [name, value] = parts.slice(at, at + 2) as [Buffer, Buffer]
    records.set(name.toString(), decode(value))
  }
  return records
}

const deaf: HeardResults = { heardUpTo: () => 0, onResultsLost: () => {} }

function holdOf(
  redis: Redis,
  options: HoldOptions,
  takes: TakeWatch,
  about: Omit<HeldSession, 'sessionId' | 'tenantId' | 'holder'>,
): SessionHold {
  takes.holds(about.token)
  const { sessionId, tenantId, holder, ttlMs, log } = options
  const { limits = journalLimits, results = deaf, history = null, onEnded = () => {} } = options
  const ways = { ttlMs, limits, takes, results, history, onEnded, log }
  return makeHold(redis, { sessionId, tenantId, holder, ...about }, ways)
}
