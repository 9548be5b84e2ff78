import type { Clock } from '@voicebox/kernel'
import { makeLru } from '@voicebox/tenancy'

/** How much each may ask in a minute. Those who asked least lately are forgotten where there are more than ten thousand. */
export interface Bound {
  /** Counts one more; answers 0, or in how many seconds it may be. */
  take(who: string): number
}

export function makeBound({ perMinute, clock }: { perMinute: number; clock: Pick<Clock, 'now'> }): Bound {
  const counts = makeLru<string, { minute: number; count: number }>(maxCounted)
  return {
    take(who) {
      const nowMs = clock.now()
      const minute = Math.floor(nowMs / 60_000)
      const known = counts.get(who)
      const count = known?.minute === minute ? known.count : 0
      if (count >= perMinute) return Math.max(1, Math.ceil(((minute + 1) * 60_000 - nowMs) / 1_000))
      counts.set(who, { minute, count: count + 1 })
      return 0
    },
  }
}

const maxCounted = 10_000
