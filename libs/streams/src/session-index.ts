import { toFailure } from '@voicebox/kernel'
import { z } from 'zod'
import { ask } from './ask.ts'
import { keys } from './keys.ts'
import type { Redis } from './redis.ts'
import { liveDue, liveShow } from './scripts.gen.ts'
import { nameOf, refOf, type SessionRef } from './session-ref.ts'

// Which sessions there are, by when their time is over; in shards, so that a cluster shares the work. It only says where to
// look: what counts is what is known of the session itself. It names every session that lives, and some that do not.

/** Says that the session lives for so long. */
export const showLive = (redis: Redis, session: SessionRef, ttlMs: number): Promise<void> =>
  show(redis, session, ttlMs, { isNew: true })

/** Says that there is nothing to do about the session for so long, if it is there. */
export const putOff = (redis: Redis, session: SessionRef, ms: number): Promise<void> =>
  show(redis, session, ms, { isNew: false })

export async function dropLive(redis: Redis, session: SessionRef): Promise<void> {
  const name = nameOf(session)
  await ask(redis.commands, z.number(), 'ZREM', keys.live(shardOf(name)), name)
}

/**
 * At most so many sessions whose time may be over. None for `graceMs` after Redis was away, where nobody could show life.
 * Answers what it finds when a part of the index cannot be asked; rejects when none can.
 */
export async function dueSessions(redis: Redis, limit: number, graceMs: number): Promise<SessionRef[]> {
  const args = { gap_ms: gapMs, grace_ms: graceMs, count: Math.ceil(limit / shards) }
  const asked = await Promise.allSettled(
    Array.from({ length: shards }, (_, shard) =>
      liveDue(redis, { live: keys.live(shard), watch: keys.liveWatch(shard) }, args),
    ),
  )
  const answers = asked.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
  const failed = asked.find((answer) => answer.status === 'rejected')
  if (answers.length === 0 && failed !== undefined) throw toFailure(failed.reason)
  const named = answers.flat().map(refOf)
  return named.filter((ref) => ref !== null).slice(0, limit) // only showLive writes there
}

async function show(redis: Redis, session: SessionRef, ttlMs: number, { isNew }: { isNew: boolean }): Promise<void> {
  const name = nameOf(session)
  const args = { session: name, ttl_ms: Math.ceil(ttlMs), is_new: isNew ? 1 : 0 }
  await liveShow(redis, { live: keys.live(shardOf(name)) }, args)
}

/** Reapers ask every second or so; a gap like this tells that they, or Redis, were away. */
const gapMs = 5_000
/** Of every index of sessions. */
export const shards = 16

/** Of a session, by its name. */
export function shardOf(name: string): number {
  let hash = 0
  for (let at = 0; at < name.length; at++) hash = (hash * 31 + name.charCodeAt(at)) >>> 0
  return hash % shards
}
