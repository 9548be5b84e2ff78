import { type Clock, type Failure, sleep, toFailure } from '@voicebox/kernel'

/** Repeats what Redis did not do, for as long as a session may be held while Redis is away. */
export interface Patience {
  /** Rejects with what is no outage at once, and with an outage that lasts too long or is not waited for any more. */
  retry<T>(task: () => Promise<T>): Promise<T>
  /** Waits for nothing any more. */
  close(): void
}

/** The time counts from the first failure after a success, whatever task met them. */
export function makePatience({ clock, holdMs }: { clock: Clock; holdMs: number }): Patience {
  const closing = new AbortController()
  let awaySinceMs: number | null = null

  function isOver(failure: Failure): boolean {
    if (failure.kind !== 'dependency' || closing.signal.aborted) return true
    awaySinceMs ??= clock.now()
    return clock.now() - awaySinceMs >= holdMs
  }

  return {
    async retry(task) {
      for (;;) {
        try {
          const answer = await task()
          awaySinceMs = null
          return answer
        } catch (error) {
          const failure = toFailure(error)
          if (isOver(failure)) throw failure
          await sleep(pauseMs, closing.signal)
        }
      }
    },
    close: () => closing.abort(),
  }
}

const pauseMs = 100
