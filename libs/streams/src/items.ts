import type { ContextItem } from '@voicebox/engines'
import type { ItemId, SessionId } from '@voicebox/kernel'
import { z } from 'zod'
import { ask } from './ask.ts'
import { decode, encode } from './codec.ts'
import { keys, sessionTtlMs } from './keys.ts'
import type { Redis } from './redis.ts'
import { bytes } from './reply.ts'
import { itemsSave } from './scripts.gen.ts'

export interface SavedItem {
  id: ItemId
  /** The item as the protocol has it. */
  item: unknown
  /** What the language model shall see of it, if anything. */
  context: readonly ContextItem[]
}

/** Keeps items of a session's conversation; one that is there is replaced. Saves of one session keep the order of the calls. */
export async function saveItems(redis: Redis, sessionId: SessionId, items: readonly SavedItem[]): Promise<void> {
  const key = keys.items(sessionId)
  for (let at = 0; at < items.length; at += pageLength) {
    const fields = items.slice(at, at + pageLength).flatMap((item) => [item.id, encode(item)])
    await redis.inOrder(key, () => itemsSave(redis, { items: key }, { ttl_ms: sessionTtlMs, fields }))
  }
}

/** Answers the items in the order asked for; null where there is none. */
export async function loadItems(
  redis: Redis,
  sessionId: SessionId,
  ids: readonly ItemId[],
): Promise<(SavedItem | null)[]> {
  if (ids.length === 0) return []
  const found = await ask(redis.commands, z.array(bytes.nullable()), 'HMGET', keys.items(sessionId), ...ids)
  return found.map((item) => (item === null ? null : (decode(item) as SavedItem)))
}

/** Forgets an item of a session's conversation. */
export async function forgetItem(redis: Redis, sessionId: SessionId, itemId: ItemId): Promise<void> {
  const key = keys.items(sessionId)
  await redis.inOrder(key, () => ask(redis.commands, z.number(), 'HDEL', key, itemId))
}

/**
 * Frees what a session held: its log, its items and the audio of the items named. The marks of its jobs and cancellations
 * stay until they expire, so that a worker that wakes up late is still refused.
 */
export async function closeSession(redis: Redis, sessionId: SessionId, itemIds: readonly ItemId[]): Promise<void> {
  const own = [keys.log(sessionId), keys.logHead(sessionId), keys.items(sessionId)]
  const held = [...own, ...itemIds.flatMap((id) => [keys.audio(sessionId, id), keys.spoken(sessionId, id)])]
  for (let at = 0; at < held.length; at += pageLength) {
    await ask(redis.commands, z.number(), 'UNLINK', ...held.slice(at, at + pageLength))
  }
}

const pageLength = 500
