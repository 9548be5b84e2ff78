import { z } from 'zod'
import { ask } from './ask.ts'
import { channelNames, keys, sessionKeys, sessionTtlMs, tombstoneMs } from './keys.ts'
import type { Redis } from './redis.ts'
import { text } from './reply.ts'
import { sessionBury, sessionEnd } from './scripts.gen.ts'
import { noteHistory } from './history-index.ts'
import { type EncodedFact, factParts } from './session-change.ts'
import { countNoMore } from './session-count.ts'
import { dropLive, showLive } from './session-index.ts'
import type { SessionRef } from './session-ref.ts'

/** A session that is over. */
export interface EndedSession extends SessionRef {
  reason: string
  openedAtMs: number
  endedAtMs: number
  /** There is history of it that waits to be written down. */
  hasHistory: boolean
}

/** Called before it is known that nothing is left to do for a session that has ended: again by another, should the first not come so far. */
export type OnEnded = (session: EndedSession) => Promise<void> | void

export interface Ending extends SessionRef {
  /** Of the holder that ends it; 0: it is ended only if its time is over. */
  token: number
  /** Known to a holder, of whose session Redis may know nothing any more. */
  openedAtMs: number
  /** Names the call: repeating it changes nothing. */
  ender: string
  reason: string
  /** Facts for history that a holder has told last, or not at all. */
  facts?: readonly EncodedFact[]
}

/** `busy`: another frees it, for so long. `buried`: it is free. `none`: nothing is known of it. */
export type Ended =
  | { kind: 'ended'; session: EndedSession }
  | { kind: 'busy' | 'alive'; leftMs: number }
  | { kind: 'buried' | 'lost' | 'none' }

/** Ends a session. Once it answers `ended`, nothing is written of the session any more, and the caller has to free it. */
export async function endSession(
  redis: Redis,
  { tenantId, sessionId, token, openedAtMs, ender, reason, facts = [] }: Ending,
): Promise<Ended> {
  const ref = { tenantId, sessionId }
  const { held: _, ...own } = sessionKeys(ref)
  const keysOfIt = { ...own, history: keys.history(ref) }
  const answer = await sessionEnd(redis, keysOfIt, {
    token,
    tenant: tenantId,
    opened_at: String(openedAtMs),
    ender,
    reason,
    busy_ms: busyMs,
    keep_ms: sessionTtlMs,
    channel: channelNames.cancel(ref),
    told: factParts(facts),
  })
  const [kind, ...told] = replies.parse(answer)
  switch (kind) {
    case 'busy':
    case 'alive':
      return { kind, leftMs: Number(told[0]) }
    case 'ended': {
      const [reason = '', openedAt, endedAt, hasHistory] = told
      const times = { openedAtMs: Number(openedAt), endedAtMs: Number(endedAt) }
      return { kind, session: { ...ref, reason, ...times, hasHistory: hasHistory === '1' } }
    }
    default:
      return { kind }
  }
}

/** Ends a session and frees all that it held, however often Redis loses that meanwhile. */
export async function endAndFree(redis: Redis, ending: Ending, onEnded: OnEnded): Promise<void> {
  let ended = await endSession(redis, ending)
  while (ended.kind === 'ended' && (await freeSession(redis, ended.session, onEnded)) === 'not_ended')
    ended = await endSession(redis, ending)
  if (ended.kind === 'buried') await dropLive(redis, ending)
}

const replies = z.tuple([z.enum(['ended', 'busy', 'alive', 'buried', 'lost', 'none'])], z.string())

/**
 * Frees all that a session held and notes that it has ended; the note may be there twice, where the one who made it died. May
 * be repeated, and done by several at a time: `freed` for one of them only. `not_ended`: Redis has lost that it was ended, and
 * what is there of it lives again.
 */
export async function freeSession(
  redis: Redis,
  ended: EndedSession,
  onEnded: OnEnded,
): Promise<'freed' | 'freed_already' | 'not_ended'> {
  const { sessionId, tenantId, reason, openedAtMs, endedAtMs } = ended
  if (ended.hasHistory) await noteHistory(redis, ended)
  await freeKeys(redis, ended)
  await countNoMore(redis, ended)
  const fields = { session: sessionId, tenant: tenantId, reason, opened_at: openedAtMs, ended_at: endedAtMs }
  const note = Object.entries(fields).flat()
  await ask(redis.commands, text, 'XADD', keys.ended, 'MAXLEN', maxNotes, '*', ...note)
  await onEnded(ended)
  const { session } = sessionKeys(ended)
  const bury = (): ReturnType<typeof sessionBury> => sessionBury(redis, { session }, { tombstone_ms: tombstoneMs })
  const answer = await bury()
  if (answer === 'not_ended') return answer
  try {
    await dropLive(redis, ended)
    // a session whose end Redis has lost before that would never be found again
    if ((await bury()) === 'not_ended') {
      await showLive(redis, ended, 0)
      return 'not_ended'
    }
  } catch {
    // a reaper finds it there, and that nothing is left to do
  }
  return answer === 'buried' ? 'freed' : 'freed_already'
}

/** Frees all that is there of a session but what is known of it. */
export async function freeKeys(redis: Redis, ref: SessionRef): Promise<void> {
  const { session: _, held, ...own } = sessionKeys(ref)
  await ask(redis.commands, z.number(), 'UNLINK', ...Object.values(own))
  for (;;) {
    const names = await ask(redis.commands, z.array(text), 'SRANDMEMBER', held, pageLength)
    if (names.length === 0) return
    await ask(redis.commands, z.number(), 'UNLINK', ...names)
    await ask(redis.commands, z.number(), 'SREM', held, ...names)
  }
}

/** How long another waits before it frees what was left. */
const busyMs = 10_000
/** Of sessions that have ended; the oldest go. */
const maxNotes = 10_000
const pageLength = 500
