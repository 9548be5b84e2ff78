import type { Clock } from '@voicebox/kernel'

/** The armed timers of one session, one a subject. */
export interface Timers {
  arm(subject: string, ms: number): void
  disarm(subject: string): void
  readonly armed: number
  close(): void
}

/** Each timer is checked when it could first be due and put off by what happened since, so that re-arming costs next to nothing. */
export function makeTimers(clock: Clock, onDue: (subject: string) => void): Timers {
  const timers = new Map<string, { dueMs: number; cancel: () => void }>()

  function wait(subject: string, dueMs: number): () => void {
    return clock.after(Math.max(0, dueMs - clock.now()), () => {
      const timer = timers.get(subject)
      if (timer === undefined) return
      if (timer.dueMs > clock.now()) {
        timer.cancel = wait(subject, timer.dueMs)
        return
      }
      timers.delete(subject)
      onDue(subject)
    })
  }

  return {
    arm(subject, ms) {
      const dueMs = clock.now() + ms
      const timer = timers.get(subject)
      if (timer !== undefined && timer.dueMs <= dueMs) {
        timer.dueMs = dueMs
        return
      }
      timer?.cancel()
      timers.set(subject, { dueMs, cancel: wait(subject, dueMs) })
    },
    disarm(subject) {
      timers.get(subject)?.cancel()
      timers.delete(subject)
    },
    get armed() {
      return timers.size
    },
    close() {
      for (const timer of timers.values()) timer.cancel()
      timers.clear()
    },
  }
}

/** Runs `tick` each `ms` until the answer is called. */
export function every(clock: Clock, ms: number, tick: () => void): () => void {
  let cancel = clock.after(ms, run)
  function run(): void {
    cancel = clock.after(ms, run)
    tick()
  }
  return () => cancel()
}
