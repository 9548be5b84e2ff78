/** Judges by looks at a lane whether anybody serves it. Pure but for what it remembers: time is data. */
export interface PresenceVerdict {
  /**
   * Takes a look: how long ago somebody showed life, null where nobody did, `unknown` where nobody could look. Answers
   * whether the lane is served.
   */
  look(nowMs: number, ageMs: number | null | 'unknown'): boolean
}

/**
 * A lane is served until nobody has shown life for `graceMs` in which it was looked at all the time: while nobody could
 * look, workers could not show life either, so that the time of grace begins again.
 */
export function makePresenceVerdict({ graceMs, maxPauseMs }: { graceMs: number; maxPauseMs: number }): PresenceVerdict {
  let isServed = true
  let lookedAtMs: number | undefined
  let sinceMs = 0 // what was looked at without a pause
  return {
    look(nowMs, ageMs) {
      if (ageMs === 'unknown') {
        lookedAtMs = undefined
        return isServed
      }
      if (lookedAtMs === undefined || nowMs - lookedAtMs > maxPauseMs) sinceMs = nowMs
      lookedAtMs = nowMs
      const isSeen = ageMs !== null && ageMs < graceMs
      if (isSeen) isServed = true
      else if (nowMs - sinceMs >= graceMs) isServed = false
      return isServed
    },
  }
}
