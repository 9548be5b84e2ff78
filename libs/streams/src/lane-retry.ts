/**
 * How long a job waits before it is begun again after so many attempts: 100 to 200 ms at first, then twice as long each
 * time. The spread keeps jobs that failed together from coming back together. `chance` is from 0 to 1.
 */
export function retryDelayMs(attempts: number, chance: number): number {
  return firstDelayMs * 2 ** Math.min(attempts - 1, maxDoublings) * (1 + chance)
}

const firstDelayMs = 100
const maxDoublings = 8
