import type { SessionId } from '@voicebox/kernel'
import { z } from 'zod'
import { ask } from './ask.ts'
import { keys } from './keys.ts'
import type { Redis } from './redis.ts'
import { text } from './reply.ts'
import { limiterEnter } from './scripts.gen.ts'
import type { SessionRef } from './session-ref.ts'

// How many sessions a tenant has over all gateways. Each counts by its own sign of life, as the reaper judges it: a session
// whose gateway died counts until it would be reaped, one that is resumed is the same one, and one that ends counts no more.

/** A tenant has as many sessions as it may have. */
export interface TooManySessions {
  kind: 'refused'
  /** When the first of them counts no more, if nobody drives it any longer. */
  waitMs: number
}

/** Counts a session that is about to be opened, for as long as it may be silent. Null `limit`: there may be any number. */
export async function enterSession(
  redis: Redis,
  { tenantId, sessionId, ttlMs, limit }: SessionRef & { ttlMs: number; limit: number | null },
): Promise<'entered' | TooManySessions> {
  const key = { sessions: keys.countedSessions(tenantId) }
  const args = { session: sessionId, ttl_ms: Math.ceil(ttlMs), limit: limit ?? 0 }
  const [answer, , waitMs] = await limiterEnter(redis, key, args)
  return answer === 'refused' ? { kind: 'refused', waitMs: Number(waitMs) } : 'entered'
}

/** Counts a session that shows life for so much longer, whatever its tenant may have by now. */
export async function keepCounting(redis: Redis, { tenantId, sessionId }: SessionRef, ttlMs: number): Promise<void> {
  await enterSession(redis, { tenantId, sessionId, ttlMs, limit: null })
}

/** Counts a session no more. May be repeated. */
export async function countNoMore(redis: Redis, { tenantId, sessionId }: SessionRef): Promise<void> {
  await ask(redis.commands, z.number(), 'ZREM', keys.countedSessions(tenantId), sessionId)
}

/** The ids of a tenant's sessions that count, and so of all that live; some of them may have ended. At most so many. */
export async function countedSessions(redis: Redis, tenantId: string, limit: number): Promise<SessionId[]> {
  const ids = await ask(redis.commands, z.array(text), 'ZRANGE', keys.countedSessions(tenantId), 0, limit - 1)
  return ids as SessionId[] // only enterSession writes there
}
