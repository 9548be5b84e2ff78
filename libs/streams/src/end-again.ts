import type { Redis } from './redis.ts'
import { type Ending, type OnEnded, endAndFree } from './session-end.ts'

/**
 * Ends a session once more when Redis cannot lose its end any longer, since nobody would notice that it has: this changes nothing
 * where the end is there. Where Redis does not answer it may be losing it at that moment, so it is tried again then, for a minute.
 * Where too much waits already nothing is done: what Redis loses then ends when its time is over.
 */
export function endAgain(redis: Redis, ending: Ending, onEnded: OnEnded): void {
  const bytes = (ending.facts ?? []).reduce((sum, { body }) => sum + body.byteLength, bytesBeside)
  if (waitingBytes + bytes > maxWaitingBytes) return
  waitingBytes += bytes
  tryLater(maxTries)

  function tryLater(triesLeft: number): void {
    const timer = setTimeout(() => {
      endAndFree(redis, ending, onEnded).then(done, () => (triesLeft > 1 ? tryLater(triesLeft - 1) : done()))
    }, lossMs)
    timer.unref() // a process that leaves does not wait for it
  }

  function done(): void {
    waitingBytes -= bytes
  }
}

let waitingBytes = 0
const maxWaitingBytes = 32 << 20
/** What one that waits takes beside its facts, about. */
const bytesBeside = 2_000
/** With `appendfsync everysec` Redis may lose two seconds. */
const lossMs = 3_000
const maxTries = 20
