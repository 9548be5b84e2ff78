import { type Clock, Failure, toFailure } from '@voicebox/kernel'

/** Gathers works that come close together, so that they are done as one batch; one batch is done at a time. */
export interface Batches<W, R> {
  /** Resolves with the work's own result as soon as it is known; with `undefined` soon after the signal is aborted. */
  add(work: W, signal: AbortSignal): Promise<R | undefined>
}

/** A work in a batch that is being done. `finish` may be called in any order, and once it is aborted has no effect. */
export interface BatchedWork<W, R> {
  readonly work: W
  readonly signal: AbortSignal
  finish(result: R): void
}

export interface BatchesOptions<W, R> {
  /** Most works of one batch. */
  largest: number
  /** How long the first of a batch waits for others, unless a batch is being done: then it waits for its end. */
  gatherMs: number
  /** Most works that wait; further ones are refused by `Failure` `capacity`. */
  mostWaiting: number
  clock: Clock
  /** Resolves when all are done; a rejection fails those that are not finished. */
  run(batch: readonly BatchedWork<W, R>[]): Promise<void>
}

export function makeBatches<W, R>(options: BatchesOptions<W, R>): Batches<W, R> {
  const { largest, gatherMs, mostWaiting, clock, run } = options
  const waiting: Entry<W, R>[] = []
  let isRunning = false
  let isGathered = false
  let stopGathering: (() => void) | undefined

  function gather(): void {
    isGathered = false
    stopGathering?.()
    stopGathering = clock.after(gatherMs, () => {
      isGathered = true
      startIfDue()
    })
  }

  function startIfDue(): void {
    if (isRunning || waiting.length === 0 || !(isGathered || waiting.length >= largest)) return
    isRunning = true
    void runBatch(waiting.splice(0, largest)).then(() => {
      isRunning = false
      startIfDue()
    })
    if (waiting.length > 0) gather()
    else stopGathering?.()
  }

  async function runBatch(batch: readonly Entry<W, R>[]): Promise<void> {
    try {
      await run(batch)
      throw new Failure('bug', 'work_left_undone', 'A work of a batch has no result')
    } catch (error) {
      for (const entry of batch) entry.fail(toFailure(error))
    }
  }

  return {
    add(work, signal) {
      if (signal.aborted) return Promise.resolve(undefined)
      if (waiting.length >= mostWaiting) return Promise.reject(overloaded())
      return new Promise((resolve, reject) => {
        const end = (settle: () => void): void => {
          signal.removeEventListener('abort', leave)
          settle()
        }
        const entry: Entry<W, R> = {
          work,
          signal,
          finish: (result) => end(() => resolve(result)),
          fail: (failure) => end(() => reject(failure)),
        }
        const leave = (): void => {
          const place = waiting.indexOf(entry)
          if (place >= 0) waiting.splice(place, 1)
          resolve(undefined)
        }
        signal.addEventListener('abort', leave, { once: true })
        waiting.push(entry)
        if (waiting.length === 1) gather()
        startIfDue()
      })
    },
  }
}

interface Entry<W, R> extends BatchedWork<W, R> {
  /** Has no effect on a work that is finished. */
  fail(failure: Failure): void
}

function overloaded(): Failure {
  return new Failure('capacity', 'recognizer_overloaded', 'Too many utterances wait for their recognition')
}
