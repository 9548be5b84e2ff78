import type { Clock } from '@voicebox/kernel'

/** A bucket of tokens: it refills steadily and never holds more than a burst. */
export interface Throttle {
  /** Takes one; answers 0, or after how many milliseconds there will be one. */
  take(): number
}

export function makeThrottle({
  perSecond,
  burst,
  clock,
}: {
  perSecond: number
  burst: number
  clock: Clock
}): Throttle {
  let tokens = burst
  let atMs = clock.now()
  return {
    take() {
      const nowMs = clock.now()
      tokens = Math.min(burst, tokens + ((nowMs - atMs) * perSecond) / 1_000)
      atMs = nowMs
      if (tokens < 1) return Math.ceil(((1 - tokens) * 1_000) / perSecond)
      tokens -= 1
      return 0
    },
  }
}
