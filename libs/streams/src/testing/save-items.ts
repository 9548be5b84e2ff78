import { encode } from '../codec.ts'
import type { Redis, SavedItem } from '../index.ts'
import { keys } from '../keys.ts'
import type { SessionRef } from '../session-ref.ts'

/** Saves items of a conversation for language workers, without a session that holds them. */
export async function saveItems(redis: Redis, session: SessionRef, items: readonly SavedItem[]): Promise<void> {
  for (const item of items) await redis.commands.hset(keys.items(session), item.id, encode(item))
}
