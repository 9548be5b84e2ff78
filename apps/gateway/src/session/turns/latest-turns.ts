import { readRecords, type Redis, type SessionRef } from '@voicebox/streams'
import { maxLatest } from './turns.ts'
import type { Waterfall } from './waterfall.ts'

const names = Array.from({ length: maxLatest }, (_, place) => `turn:${place}`)

/** The latest turns of a session that lives, the oldest first, whoever drives it. */
export async function latestTurns(redis: Redis, session: SessionRef): Promise<Waterfall[]> {
  const records = await readRecords(redis, session, names)
  const turns = [...records.values()] as Waterfall[] // only drivers write these
  return turns.sort((one, other) => one.startedAtMs - other.startedAtMs)
}
