import type { Check } from '../check.ts'

/** What came of a check. A failed one says what should have come, what came, and what was said before. */
export type Outcome =
  | { kind: 'passed' }
  | { kind: 'failed'; expected: string; came: string; trace: readonly string[] }
  | { kind: 'skipped'; reason: string }

export interface Result {
  check: Check
  outcome: Outcome
  durationMs: number
}
