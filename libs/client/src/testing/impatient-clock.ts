import { type Clock, systemClock } from '../clock.ts'

/** The system's clock, but what waits for long is over when `hurry` is called, not before. */
export function makeImpatientClock(longMs: number): Clock & { hurry(): void } {
  const waiting = new Set<() => void>()
  return {
    now: () => systemClock.now(),
    after(ms, run) {
      if (ms < longMs) return systemClock.after(ms, run)
      waiting.add(run)
      return () => void waiting.delete(run)
    },
    hurry() {
      const due = [...waiting]
      waiting.clear()
      for (const run of due) run()
    },
  }
}
