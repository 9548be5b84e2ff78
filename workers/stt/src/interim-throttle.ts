import type { Clock } from '@voicebox/kernel'

/** Passes interim texts on, but no two of them closer than the interval: of those between only the last, when it is over. */
export interface InterimThrottle {
  offer(text: string): void
  /** Forgets what waits; nothing is passed on any more. */
  close(): void
}

export function makeInterimThrottle(options: {
  intervalMs: number
  clock: Clock
  pass(text: string): void
}): InterimThrottle {
  const { intervalMs, clock, pass } = options
  let waiting: string | undefined
  let cancel: (() => void) | undefined
  let isClosed = false

  function passOn(text: string): void {
    cancel = clock.after(intervalMs, () => {
      cancel = undefined
      if (waiting !== undefined) passOn(waiting)
    })
    waiting = undefined
    pass(text)
  }

  return {
    offer(text) {
      if (isClosed) return
      if (cancel === undefined) passOn(text)
      else waiting = text
    },
    close() {
      isClosed = true
      cancel?.()
    },
  }
}
