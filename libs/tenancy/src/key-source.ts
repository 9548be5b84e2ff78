import type { KeyRecord } from './key-record.ts'

/** Where keys are kept. */
export interface KeySource {
  /** Those of these prefixes that there are. Rejects with a `Failure` of kind `dependency` when that cannot be known, within a bounded time. */
  find(prefixes: readonly string[]): Promise<readonly KeyRecord[]>
  /** Whether it would most likely answer. */
  isReachable(): boolean
}
