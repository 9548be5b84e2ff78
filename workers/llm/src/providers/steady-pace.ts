import type { Clock } from '@voicebox/kernel'

export interface Pace {
  firstTokenMs: number
  tokensPerSecond: number
}

/**
 * Waits until the token of an index is due, or until the signal is aborted. Each is due from the start, not from the one
 * before it, so that late timers do not add up.
 */
export function steadyPace(
  { firstTokenMs, tokensPerSecond }: Pace,
  clock: Clock,
  signal: AbortSignal,
): (index: number) => Promise<void> {
  const startMs = clock.now()
  return async (index) => {
    const dueMs = startMs + firstTokenMs + (index * 1000) / tokensPerSecond
    const waitMs = dueMs - clock.now()
    if (waitMs > 0 && !signal.aborted) await wait(clock, waitMs, signal)
  }
}

function wait(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      cancel()
      signal.removeEventListener('abort', done)
      resolve()
    }
    const cancel = clock.after(ms, done)
    signal.addEventListener('abort', done)
  })
}
