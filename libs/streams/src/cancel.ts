import type { ItemId, ResponseId } from '@voicebox/kernel'
import { z } from 'zod'
import { ask } from './ask.ts'
import { channelNames, keys, sessionKeys, sessionTtlMs } from './keys.ts'
import type { Redis } from './redis.ts'
import { sessionCancel } from './scripts.gen.ts'
import type { SessionRef } from './session-ref.ts'

/**
 * Stops all work for an item's transcription or for a response, in one step: waiting jobs will not run, running ones are
 * aborted, and nothing more is emitted for it.
 */
export async function cancelWork(redis: Redis, ref: SessionRef, subject: ItemId | ResponseId): Promise<void> {
  const args = { channel: channelNames.cancel(ref), subject, ttl_ms: sessionTtlMs }
  const { session, held } = sessionKeys(ref)
  await sessionCancel(redis, { session, held, cancelled: keys.cancelled(ref, subject) }, args)
}

/** Lets work be done for this item again: one of the same id was cancelled, or may have been. */
export async function admitWork(redis: Redis, ref: SessionRef, subject: ItemId): Promise<void> {
  await ask(redis.commands, z.number(), 'DEL', keys.cancelled(ref, subject))
}
