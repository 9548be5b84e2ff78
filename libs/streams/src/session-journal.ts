import { decode } from './codec.ts'
import { sessionKeys } from './keys.ts'
import type { Redis } from './redis.ts'
import { sessionMissed } from './scripts.gen.ts'
import type { SentEvent } from './session-change.ts'
import type { SessionRef } from './session-ref.ts'

/** How much of what was sent is kept for those that missed it. The events of the newest change that had any always are. */
export interface JournalLimits {
  maxBytes: number
  maxAgeMs: number
}

export const journalLimits: JournalLimits = { maxBytes: 8 << 20, maxAgeMs: 120_000 }

/** A page of the events behind this number, oldest first; empty at the end. `gone`: some of them are not kept any more. */
export async function readJournal(redis: Redis, ref: SessionRef, after: number): Promise<SentEvent[] | 'gone'> {
  const { session, sent } = sessionKeys(ref)
  const [answer, ...parts] = await sessionMissed(redis, { session, sent }, { after, count: pageLength })
  if (answer?.toString() !== 'kept') return 'gone'
  const events: SentEvent[] = []
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [number, body] = parts.slice(at, at + 2) as [Buffer, Buffer]
    events.push({ number: Number(number), body: decode(body) })
  }
  return events
}

const pageLength = 64
