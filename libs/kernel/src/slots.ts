import { Failure } from './failure.ts'

/** Lets a bounded number of users work at a time; the others wait in order. */
export interface Slots {
  /** Waits for a slot and answers its release. Throws the signal's reason, or `Failure` `capacity` if too many wait. */
  take(signal: AbortSignal): Promise<() => void>
  /** Resolves when all slots were released; nobody gets one afterwards. */
  close(): Promise<void>
}

export function makeSlots(count: number, maxWaiting = 1024): Slots {
  const waiting = new Set<() => void>()
  let free = count

  function makeRelease(): () => void {
    let isReleased = false
    return () => {
      if (isReleased) return
      isReleased = true
      free += 1
      const [next] = waiting
      next?.()
    }
  }

  function take(signal?: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const enter = (): void => {
        free -= 1
        leaveQueue()
        resolve(makeRelease())
      }
      const giveUp = (): void => {
        leaveQueue()
        reject(signal?.reason as Error)
      }
      const leaveQueue = (): void => {
        waiting.delete(enter)
        signal?.removeEventListener('abort', giveUp)
      }
      if (signal?.aborted) return giveUp()
      if (free > 0) return enter()
      if (waiting.size >= maxWaiting)
        return reject(new Failure('capacity', 'engine_overloaded', 'Too much waits for the engine'))
      waiting.add(enter)
      signal?.addEventListener('abort', giveUp, { once: true })
    })
  }

  return {
    take,
    async close() {
      maxWaiting = Infinity
      await Promise.all(Array.from({ length: count }, () => take()))
    },
  }
}
