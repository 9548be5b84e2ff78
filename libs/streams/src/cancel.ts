import type { ItemId, ResponseId, SessionId } from '@voicebox/kernel'
import { channelNames, keys, sessionTtlMs } from './keys.ts'
import type { Redis } from './redis.ts'
import { sessionCancel } from './scripts.gen.ts'

/**
 * Stops all work for an item's transcription or for a response, in one step: waiting jobs will not run, running ones are
 * aborted, and nothing more is emitted for it.
 */
export async function cancelWork(redis: Redis, sessionId: SessionId, subject: ItemId | ResponseId): Promise<void> {
  const args = { channel: channelNames.cancel(sessionId), subject, ttl_ms: sessionTtlMs }
  await sessionCancel(redis, { cancelled: keys.cancelled(sessionId, subject) }, args)
}
