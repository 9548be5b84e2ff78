import type { ChoreKind } from './chore.ts'

/** How often a chore is tried, and how many are there at most. */
export interface ChoreRule {
  attempts: number
  /** Before the second attempt; twice as long before each further one, less up to a fifth by chance. */
  retryAfterMs: number
  /** How many may wait, for their first attempt or another: more are refused. */
  maxWaiting: number
  /** How many that were given up are kept; the oldest goes for the next. */
  maxFailed: number
  /** How many that were done are kept, which is what tells one that is added again; and for how long at most. */
  maxDone: number
  doneForS: number
}

const hourS = 3_600

export const choreRules: Readonly<Record<ChoreKind, ChoreRule>> = {
  // the next hour's does what this one did not
  retention: {
    attempts: 4,
    retryAfterMs: 15_000,
    maxWaiting: 10_000,
    maxFailed: 1_000,
    maxDone: 1_000,
    doneForS: hourS,
  },
  // about a day: 5 s, 10 s, … 11 h
  deletion: {
    attempts: 15,
    retryAfterMs: 5_000,
    maxWaiting: 10_000,
    maxFailed: 10_000,
    maxDone: 1_000,
    doneForS: 24 * hourS,
  },
  // about a day: 40 s, 80 s, … 11 h
  webhook: {
    attempts: 12,
    retryAfterMs: 40_000,
    maxWaiting: 20_000,
    maxFailed: 5_000,
    maxDone: 10_000,
    doneForS: 24 * hourS,
  },
}
