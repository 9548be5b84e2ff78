import type { ItemId } from '@voicebox/kernel'
import { encode } from './codec.ts'
import type { SavedItem } from './items.ts'

/** What is kept of a session, in small pieces by name: plain data as msgpack has it (`Uint8Array` included). */
export type SessionRecords = ReadonlyMap<string, unknown>

/** An event that was sent, for those that missed it. */
export interface SentEvent {
  number: number
  body: unknown
}

/** What became of a session since the change before. */
export interface SessionChange {
  set: readonly (readonly [name: string, value: unknown])[]
  drop: readonly string[]
  /** Items for the language workers. */
  save: readonly SavedItem[]
  forget: readonly ItemId[]
  /** In the order of their numbers, which grow (gaps are allowed). */
  sent: readonly SentEvent[]
  /** The results up to this number of the session log are in it; the log is trimmed behind it. */
  resultsUpTo: number
}

/** A change as it is written, encoded once however often it is sent. */
export interface EncodedChange extends Pick<SessionChange, 'drop' | 'forget' | 'resultsUpTo'> {
  set: readonly (string | Buffer)[]
  save: readonly (string | Buffer)[]
  sent: readonly EncodedEvent[]
}

export interface EncodedEvent {
  number: number
  body: Buffer
}

export function encodeChange({ set, save, sent, ...others }: SessionChange): EncodedChange {
  return {
    ...others,
    set: set.flatMap(([name, value]) => [name, encode(value)]),
    save: save.flatMap((item) => [item.id, encode(item)]),
    sent: sent.map(({ number, body }) => ({ number, body: encode(body) })),
  }
}

/** As `session.commit` takes it: everything in one list, and how much of it is what. `facts` are fields of the session itself. */
export function partsOf(
  { set, drop, save, forget, sent, resultsUpTo }: EncodedChange,
  facts: readonly string[],
): {
  [count in 'facts' | 'sets' | 'drops' | 'saves' | 'forgets' | 'results_up_to']: number
} & { parts: (string | Buffer)[] } {
  const events = sent.flatMap(({ number, body }) => [String(number), body])
  return {
    results_up_to: resultsUpTo,
    facts: facts.length,
    sets: set.length,
    drops: drop.length,
    saves: save.length,
    forgets: forget.length,
    parts: [...facts, ...set, ...drop, ...save, ...forget, ...events],
  }
}
