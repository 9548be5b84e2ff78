import { keys } from './keys.ts'
import type { Redis } from './redis.ts'
import { limiterLease } from './scripts.gen.ts'

/** What a connection has of the audio that its tenant may have in a day. */
export interface AudioLease {
  /** The day that it is of, since 1970 and by UTC. */
  day: number
  /** How much it has of it in all: less than it wanted where no more is left, nothing where it asked for another day. */
  totalMs: number
  /** When the next day begins. */
  resetMs: number
}

/**
 * Gives a connection as much audio in all, on that day, as it wants to have had, or as much as there is. Wanting less than
 * before gives back. Over all connections of a tenant never more than the limit is given, save for what they had before it was lowered.
 */
export async function leaseAudio(
  redis: Redis,
  tenantId: string,
  { connection, day, totalMs, limitMs }: { connection: string; day: number; totalMs: number; limitMs: number },
): Promise<AudioLease> {
  const args = { connection, day, total: Math.ceil(totalMs), limit: limitMs }
  const [today, total, resetMs] = await limiterLease(redis, { audio: keys.countedAudio(tenantId) }, args)
  return { day: Number(today), totalMs: Number(total), resetMs: Number(resetMs) }
}
