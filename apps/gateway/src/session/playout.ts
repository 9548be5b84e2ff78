import type { Clock } from '@voicebox/kernel'

const samplesPerMs = 24

/** When a client that plays what it gets at once will have played it all. */
export interface Playout {
  /** So many samples at 24 kHz were sent. */
  sent(samples: number): void
  /** What was sent is thrown away: the user spoke over it, or the response was cancelled. */
  stop(): void
  /** How long the client still has to play. */
  readonly leftMs: number
}

export function makePlayout(clock: Clock): Playout {
  let endMs = 0
  return {
    sent(samples) {
      endMs = Math.max(endMs, clock.now()) + samples / samplesPerMs
    },
    stop() {
      endMs = 0
    },
    get leftMs() {
      return Math.max(0, endMs - clock.now())
    },
  }
}
