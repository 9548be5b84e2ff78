import { type SessionId, toFailure } from '@voicebox/kernel'
import { z } from 'zod'
import { ask } from './ask.ts'
import { keys } from './keys.ts'
import type { Redis } from './redis.ts'
import { liveDue, liveShow } from './scripts.gen.ts'

// Which sessions there are, by when their time is over; in shards, so that a cluster shares the work. It only says where to
// look: what counts is what is known of the session itself. It names every session that lives, and some that do not.

/** Says that the session lives for so long. */
export const showLive = (redis: Redis, sessionId: SessionId, ttlMs: number): Promise<void> =>
  show(redis, sessionId, ttlMs, { isNew: true })

/** Says that there is nothing to do about the session for so long, if it is there. */
export const putOff = (redis: Redis, sessionId: SessionId, ms: number): Promise<void> =>
  show(redis, sessionId, ms, { isNew: false })

export async function dropLive(redis: Redis, sessionId: SessionId): Promise<void> {
  await ask(redis.commands, z.number(), 'ZREM', keys.live(shardOf(sessionId)), sessionId)
}

/**
 * At most so many sessions whose time may be over. None for `graceMs` after Redis was away, where nobody could show life.
 * Answers what it finds when a part of the index cannot be asked; rejects when none can.
 */
export async function dueSessions(redis: Redis, limit: number, graceMs: number): Promise<SessionId[]> {
  const args = { gap_ms: gapMs, grace_ms: graceMs, count: Math.ceil(limit / shards) }
  const asked = await Promise.allSettled(
    Array.from({ length: shards }, (_, shard) =>
      liveDue(redis, { live: keys.live(shard), watch: keys.liveWatch(shard) }, args),
    ),
  )
  const answers = asked.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
  const failed = asked.find((answer) => answer.status === 'rejected')
  if (answers.length === 0 && failed !== undefined) throw toFailure(failed.reason)
  return answers.flat().slice(0, limit) as SessionId[] // only showLive writes there
}

async function show(redis: Redis, session: SessionId, ttlMs: number, { isNew }: { isNew: boolean }): Promise<void> {
  const args = { session, ttl_ms: Math.ceil(ttlMs), is_new: isNew ? 1 : 0 }
  await liveShow(redis, { live: keys.live(shardOf(session)) }, args)
}

/** Reapers ask every second or so; a gap like this tells that they, or Redis, were away. */
const gapMs = 5_000
/** Of every index of sessions. */
export const shards = 16

export function shardOf(sessionId: SessionId): number {
  let hash = 0
  for (let at = 0; at < sessionId.length; at++) hash = (hash * 31 + sessionId.charCodeAt(at)) >>> 0
  return hash % shards
}
