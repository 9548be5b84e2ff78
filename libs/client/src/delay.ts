import type { Settings } from './options.ts'

/** Exponential with full jitter, so that the clients of one gateway that left do not come all at once. */
export function delayBefore(
  attempt: number,
  { firstDelayMs, longestDelayMs, random }: Pick<Settings, 'firstDelayMs' | 'longestDelayMs' | 'random'>,
): number {
  return random() * Math.min(longestDelayMs, firstDelayMs * 2 ** attempt)
}
