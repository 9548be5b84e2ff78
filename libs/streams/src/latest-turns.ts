import type { Redis } from './redis.ts'
import { readRecords } from './session-records.ts'
import type { SessionRef } from './session-ref.ts'

/** Where the time of a turn went, in whole milliseconds from where the user fell silent, or the client asked. */
export interface Waterfall {
  traceId: string
  /** Milliseconds since the Unix epoch. */
  startedAtMs: number
  /** Speech, or an item or a response that the client asked for. */
  cause: 'speech' | 'commit' | 'item' | 'response'
  responseId: string | null
  status: string
  /** Until the first output went to the client; null: none did. */
  firstMs: number | null
  /** Until the last output went, or the turn ended without. */
  totalMs: number
  /** In the order in which they begin. */
  stages: readonly WaterfallStage[]
  /** Who did the work, by the first word of a stage. */
  engines: Readonly<Partial<Record<'stt' | 'llm' | 'tts' | 'mcp', string>>>
}

export interface WaterfallStage {
  name: string
  atMs: number
  ms: number
}

/** So many turns of a session are remembered, in a ring. */
export const maxLatestTurns = 8

/** The record of a turn, by its place in the ring. */
export const turnRecord = (place: number | string): string => `turn:${place}`

const names = Array.from({ length: maxLatestTurns }, (_, place) => turnRecord(place))

/** The latest turns of a session that lives, the oldest first, whoever drives it. */
export async function latestTurns(redis: Redis, session: SessionRef): Promise<Waterfall[]> {
  const records = await readRecords(redis, session, names)
  const turns = [...records.values()] as Waterfall[] // only drivers write these
  return turns.sort((one, other) => one.startedAtMs - other.startedAtMs)
}
