/**
 * The only source of time. `now` is milliseconds since the Unix epoch and never runs backwards or jumps; `after` runs once
 * and returns its own cancellation.
 */
export interface Clock {
  now(): number
  after(ms: number, run: () => void): () => void
}

export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(), // the wall clock as it was at the start of the process
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}

/** A clock for tests that stands still until `advance` is called, which runs what falls due, in order. */
export interface ManualClock extends Clock {
  advance(ms: number): void
}

export function makeManualClock(startMs = 0): ManualClock {
  let nowMs = startMs
  let waiting: { dueMs: number; run: () => void }[] = []
  return {
    now: () => nowMs,
    after(ms, run) {
      const entry = { dueMs: nowMs + ms, run }
      waiting.push(entry)
      return () => {
        waiting = waiting.filter((other) => other !== entry)
      }
    },
    advance(ms) {
      const untilMs = nowMs + ms
      for (;;) {
        const next = waiting.filter((entry) => entry.dueMs <= untilMs).sort((a, b) => a.dueMs - b.dueMs)[0]
        if (next === undefined) break
        waiting = waiting.filter((entry) => entry !== next)
        nowMs = next.dueMs
        next.run()
      }
      nowMs = untilMs
    },
  }
}
