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

/** Something for history. */
export interface NewFact {
  /** Counts what this holder has told for history, from 1. */
  number: number
  atMs: number
  /** Plain data. */
  fact: unknown
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
  /** In the order of their numbers. They wait until they are written down for good. */
  history: readonly NewFact[]
  /** The results up to this number of the session log are in it; the log is trimmed behind it. */
  resultsUpTo: number
}

/** A change as it is written, encoded once however often it is sent. */
export interface EncodedChange extends Pick<SessionChange, 'drop' | 'forget' | 'resultsUpTo'> {
  set: readonly (string | Buffer)[]
  save: readonly (string | Buffer)[]
  sent: readonly EncodedEvent[]
  history: readonly EncodedFact[]
}

export interface EncodedEvent {
  number: number
  body: Buffer
}

export interface EncodedFact extends EncodedEvent {
  atMs: number
}

/**
 * Numbers facts over all holders of a session: a token is the time in milliseconds when its holder took the session, or later,
 * and no holder tells a thousand facts in a millisecond. So they grow also over a loss of data.
 */
export function encodeFacts(facts: readonly NewFact[], token: number): EncodedFact[] {
  return facts.map(({ number, atMs, fact }) => ({ number: token * 1_000 + number, atMs, body: encode(fact) }))
}

/** Numbers, times and bodies, as scripts take them. */
export function factParts(facts: readonly EncodedFact[]): (string | Buffer)[] {
  return facts.flatMap(({ number, atMs, body }) => [String(number), String(atMs), body])
}

export function encodeChange({ set, save, sent, history, ...others }: SessionChange, token: number): EncodedChange {
  return {
    ...others,
    set: set.flatMap(([name, value]) => [name, encode(value)]),
    save: save.flatMap((item) => [item.id, encode(item)]),
    sent: sent.map(({ number, body }) => ({ number, body: encode(body) })),
    history: encodeFacts(history, token),
  }
}

/** As `session.commit` takes it: everything in one list, and how much of it is what. `facts` are fields of the session itself. */
export function partsOf(
  { set, drop, save, forget, sent, history, resultsUpTo }: EncodedChange,
  facts: readonly string[],
): {
  [count in 'facts' | 'sets' | 'drops' | 'saves' | 'forgets' | 'told' | 'results_up_to']: number
} & { parts: (string | Buffer)[] } {
  const told = factParts(history)
  const events = sent.flatMap(({ number, body }) => [String(number), body])
  return {
    results_up_to: resultsUpTo,
    facts: facts.length,
    sets: set.length,
    drops: drop.length,
    saves: save.length,
    forgets: forget.length,
    told: told.length,
    parts: [...facts, ...set, ...drop, ...save, ...forget, ...told, ...events],
  }
}
