import type { SessionId } from '@voicebox/kernel'
import { encode } from '../codec.ts'
import type { Redis, SavedItem } from '../index.ts'
import { keys } from '../keys.ts'

/** Saves items of a conversation for language workers, without a session that holds them. */
export async function saveItems(redis: Redis, sessionId: SessionId, items: readonly SavedItem[]): Promise<void> {
  for (const item of items) await redis.commands.hset(keys.items(sessionId), item.id, encode(item))
}
