import type { Clock } from '@voicebox/kernel'

export interface BatchOptions {
  signal: AbortSignal
  clock: Clock
  /** After so long without anything, an empty batch says so, once. */
  idleMs: number
}

/** What is given faster than this is not kept back to be put together. */
const largestBatch = 64

/**
 * Puts together what a source gives within one turn of the event loop, so that a burst is one batch. A failure of the
 * source comes after what it gave before. The source is closed in any case, by the signal that it is opened with.
 */
export async function* batches<T>(
  open: (signal: AbortSignal) => AsyncIterable<T>,
  { signal, clock, idleMs }: BatchOptions,
): AsyncGenerator<T[], void, undefined> {
  const stop = new AbortController()
  const source = open(AbortSignal.any([signal, stop.signal]))[Symbol.asyncIterator]()
  let batch: T[] = []
  let isIdle = false
  try {
    let next = settled(source.next())
    for (;;) {
      const pause = batch.length > 0 ? endOfTurn() : idleTime(clock, isIdle ? Infinity : idleMs)
      const arrived = await Promise.race([next, pause.over])
      pause.cancel()
      if (arrived !== 'over' && arrived.kind === 'given' && batch.length < largestBatch) {
        batch.push(arrived.value)
        isIdle = false
        next = settled(source.next())
        continue
      }
      const isAtEnd = arrived !== 'over' && arrived.kind !== 'given'
      if (batch.length > 0 || !isAtEnd) yield batch
      isIdle = batch.length === 0
      batch = []
      if (isAtEnd && arrived.kind === 'failed') throw arrived.error
      if (isAtEnd) return
    }
  } finally {
    stop.abort()
    await source.return?.()
  }
}

type Arrived<T> = { kind: 'given'; value: T } | { kind: 'ended' } | { kind: 'failed'; error: unknown }

async function settled<T>(next: Promise<IteratorResult<T>>): Promise<Arrived<T>> {
  try {
    const result = await next
    return result.done === true ? { kind: 'ended' } : { kind: 'given', value: result.value }
  } catch (error) {
    return { kind: 'failed', error }
  }
}

interface Pause {
  over: Promise<'over'>
  cancel(): void
}

function endOfTurn(): Pause {
  const { promise, resolve } = Promise.withResolvers<'over'>()
  const immediate = setImmediate(() => resolve('over'))
  return { over: promise, cancel: () => clearImmediate(immediate) }
}

function idleTime(clock: Clock, ms: number): Pause {
  const { promise, resolve } = Promise.withResolvers<'over'>()
  return { over: promise, cancel: ms === Infinity ? () => {} : clock.after(ms, () => resolve('over')) }
}
