import { type Clock, type ItemId, toFailure } from '@voicebox/kernel'
import type { NewFact, SavedItem, SessionChange, SessionHold } from '@voicebox/streams'
import { changesBetween, type RecordPages } from './changes-between.ts'
import type { Patience } from './patience.ts'
import type { SentBody } from './sent-body.ts'

/**
 * Keeps a session in Redis, one commit after another; what happens while one is under way goes into the next. Changes count
 * from 1: what rests on a change must not leave the process before that is committed.
 */
export interface Ledger {
  /** Something happened that could not be found out again: answers its number. It is committed as soon as can be. */
  change(): number
  /** The number of the latest change. */
  readonly latest: number
  /** An event of this number rests on the changes so far. */
  sent(number: number, body: SentBody): void
  save(item: SavedItem): void
  forget(itemId: ItemId): void
  /** Has something for history, which is kept with the changes so far. */
  tell(fact: unknown): void
  /** What was told and is not known to be kept. */
  readonly untold: readonly NewFact[]
  /** Something happened that the session log tells again: it is committed before long. */
  touch(): void
  /** Whether all that happened so far is committed. */
  readonly isSettled: boolean
  /** Commits all that happened so far, if that can be done at all. */
  settle(): Promise<void>
  /** Commits nothing more. */
  close(): void
}

export interface LedgerOptions {
  hold: Promise<SessionHold>
  /** What there is to keep, by name; what has not changed is identical. */
  records(): RecordPages
  /** What was kept before; absent: nothing. */
  kept?: RecordPages
  /** Every item of the conversation, for a Redis that has lost some. */
  items(): SavedItem[]
  /** The results of the workers that are in the state. */
  resultsUpTo(): number
  /** Resolves when the audio that was handed over so far is written. */
  audioWritten(): Promise<void>
  patience: Patience
  clock: Clock
  /** Changes up to this one are safe. */
  onCommitted(upTo: number): void
  /** How a commit ended, and how long it took. */
  onOutcome(outcome: 'committed' | 'lost' | 'behind' | 'failed', seconds: number): void
  /** Redis had lost what it was told a moment ago, and has been told again. */
  onRestored(): void
  /** The session is not this process's any more. */
  onLost(): void
  onFailure(error: Error): void
}

/** What the session log tells again may wait so long, */
const lagMs = 250
/** or until so many bytes of audio were sent. */
const lagBytes = 256 << 10

export function openLedger(options: LedgerOptions): Ledger {
  const { patience, clock } = options
  let latest = 0
  let committed = 0
  let kept = options.kept ?? []
  let sent: { number: number; body: SentBody }[] = []
  let sentBytes = 0
  let saves = new Map<ItemId, SavedItem | null>()
  let told = 0
  /** The first of them are on their way, it may be. */
  let facts: NewFact[] = []
  let taken = 0
  let resultsKept = options.resultsUpTo()
  let isClosed = false
  let cancelLag: (() => void) | null = null
  let committing: Promise<void> | null = null
  /** Something happened since the last commit was begun. */
  let isWanted = false

  /** All that happened since the last one. */
  function take(): SessionChange & { upTo: number; records: RecordPages } {
    const records = options.records()
    const change = {
      ...changesBetween(kept, records),
      save: [...saves.values()].filter((item) => item !== null),
      forget: [...saves].flatMap(([itemId, item]) => (item === null ? [itemId] : [])),
      sent,
      history: facts.slice(taken),
      resultsUpTo: options.resultsUpTo(),
    }
    taken = facts.length
    sent = []
    sentBytes = 0
    saves = new Map()
    return { ...change, upTo: latest, records }
  }

  async function commitOnce(): Promise<void> {
    const { upTo, records, ...change } = take()
    const audioWritten = options.audioWritten()
    const hold = await options.hold
    await audioWritten
    let outcome = await patience.retry(() => timed(() => hold.commit(change)))
    if (outcome === 'behind') {
      const whole = {
        ...change,
        set: records.flatMap((page) => [...page]),
        drop: [],
        save: options.items(),
        forget: [],
      }
      outcome = await patience.retry(() => hold.restore(whole))
      if (outcome === 'committed') options.onRestored()
    }
    if (isClosed) return
    if (outcome === 'lost') {
      isClosed = true // nothing that is left can ever be committed
      return options.onLost()
    }
    kept = records
    resultsKept = change.resultsUpTo
    facts = facts.slice(change.history.length)
    taken -= change.history.length
    committed = upTo
    options.onCommitted(upTo)
  }

  async function timed<T extends 'committed' | 'lost' | 'behind'>(commit: () => Promise<T>): Promise<T> {
    const startMs = clock.now()
    const took = (): number => (clock.now() - startMs) / 1_000
    try {
      const outcome = await commit()
      options.onOutcome(outcome, took())
      return outcome
    } catch (error) {
      options.onOutcome('failed', took())
      throw error
    }
  }

  async function commitAll(): Promise<void> {
    try {
      while (isWanted && !isClosed) {
        isWanted = false
        await commitOnce()
      }
    } catch (error) {
      if (!isClosed) options.onFailure(toFailure(error))
      isClosed = true
    }
    committing = null // with the last look at what is wanted: whoever wants a commit from here on begins anew
  }

  /** Not before the turn of the event loop is over: what follows from one input goes into one commit. */
  function run(): Promise<void> {
    cancelLag?.()
    cancelLag = null
    isWanted = true
    committing ??= Promise.resolve().then(commitAll)
    return committing
  }

  const isLagging = (): boolean =>
    sent.length > 0 || saves.size > 0 || taken < facts.length || options.resultsUpTo() !== resultsKept

  return {
    change() {
      latest += 1
      void run()
      return latest
    },
    get latest() {
      return latest
    },
    sent(number, body) {
      sent.push({ number, body })
      if (body.kind === 'audio') sentBytes += body.bytes.byteLength
    },
    save: (item) => void saves.set(item.id, item),
    forget: (itemId) => void saves.set(itemId, null),
    tell(fact) {
      told += 1
      facts.push({ number: told, atMs: clock.now(), fact })
    },
    get untold() {
      return facts
    },
    touch() {
      if (sentBytes >= lagBytes) void run()
      else cancelLag ??= clock.after(lagMs, () => void run())
    },
    get isSettled() {
      return committing === null && committed >= latest
    },
    async settle() {
      await committing
      while (!isClosed && (isLagging() || committed < latest)) await run()
    },
    close() {
      isClosed = true
      cancelLag?.()
    },
  }
}
