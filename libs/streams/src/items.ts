import type { ContextItem } from '@voicebox/engines'
import type { ItemId } from '@voicebox/kernel'
import { z } from 'zod'
import { ask } from './ask.ts'
import { decode } from './codec.ts'
import { keys } from './keys.ts'
import type { Redis } from './redis.ts'
import { bytes } from './reply.ts'
import type { SessionRef } from './session-ref.ts'

export interface SavedItem {
  id: ItemId
  /** The item as the protocol has it. */
  item: unknown
  /** What the language model shall see of it, if anything. */
  context: readonly ContextItem[]
}

/** Answers the items in the order asked for; null where there is none. */
export async function loadItems(redis: Redis, ref: SessionRef, ids: readonly ItemId[]): Promise<(SavedItem | null)[]> {
  if (ids.length === 0) return []
  const found = await ask(redis.commands, z.array(bytes.nullable()), 'HMGET', keys.items(ref), ...ids)
  return found.map((item) => (item === null ? null : (decode(item) as SavedItem)))
}
