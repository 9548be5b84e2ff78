/** How a supervised process is started again. */
export interface BackOff {
  firstMs: number
  maxMs: number
  /** After this long in service the count of deaths begins anew. */
  healthyAfterMs: number
  /** So many deaths in a row before the first readiness mean that it cannot start. */
  startAttempts: number
}

export const defaultBackOff: BackOff = { firstMs: 250, maxMs: 15_000, healthyAfterMs: 30_000, startAttempts: 5 }

/** The wait before the start that follows the `deaths`-th death in a row: doubling, bounded. */
export function delayMs(backOff: BackOff, deaths: number): number {
  return Math.min(backOff.firstMs * 2 ** (deaths - 1), backOff.maxMs)
}
