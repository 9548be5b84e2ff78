import { Failure, type ItemId, sleep } from '@voicebox/kernel'
import type { Item } from '@voicebox/protocol'
import type { Fact } from '@voicebox/session'
import { findItem, type Store } from '@voicebox/store'
import { findUnwritten, type Redis, type SessionRef } from '@voicebox/streams'

/** What history has of an item, as it was told last; null: nothing, or it was deleted. Rejects where it cannot be asked, or is too slow. */
export type Recall = (session: SessionRef, itemId: ItemId) => Promise<Item | null>

export interface RecallOptions {
  redis: Redis
  /** Null: no history is kept. */
  store: Store | null
  timeoutMs?: number
}

export function makeRecall({ redis, store, timeoutMs = 5_000 }: RecallOptions): Recall {
  return async (session, itemId) => {
    const isOver = new AbortController()
    const late = sleep(timeoutMs, isOver.signal).then(() => 'late' as const)
    try {
      const found = await Promise.race([lookFor({ redis, store }, session, itemId), late])
      if (found === 'late') throw new Failure('dependency', 'history_slow', 'History did not answer in time')
      return found
    } finally {
      isOver.abort()
    }
  }
}

/** Among what waits to be written down first: what is let go of there meanwhile was written before. */
async function lookFor({ redis, store }: RecallOptions, session: SessionRef, itemId: ItemId): Promise<Item | null> {
  const isIt = (fact: unknown): boolean => isOfItem(fact as Fact) && (fact as ItemFact).itemId === itemId
  const told = (await findUnwritten(redis, session, isIt)) as ItemFact | null
  if (told !== null) return told.kind === 'item' ? told.item : null
  if (store?.isReady() !== true) throw new Failure('dependency', 'database_failed', 'Postgres does not answer')
  const written = await findItem(store, session.tenantId, session.sessionId, itemId)
  return written === null ? null : (written.item as Item) // it was written as it was told
}

type ItemFact = Extract<Fact, { kind: 'item' | 'item_deleted' }>

const isOfItem = ({ kind }: Fact): boolean => kind === 'item' || kind === 'item_deleted'
