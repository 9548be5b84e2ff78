import { Failure } from '@voicebox/kernel'
import type { KeyRecord } from './key-record.ts'
import type { KeySource } from './key-source.ts'

/** Looks keys up, many at once. */
export interface Lookups {
  /** Null: there is none of this prefix. Rejects as the source does, and with `capacity` when too many wait. */
  find(prefix: string): Promise<KeyRecord | null>
}

interface Waiting {
  promise: Promise<KeyRecord | null>
  resolve(record: KeyRecord | null): void
  reject(error: unknown): void
}

/**
 * Asks the source one question at a time, for all prefixes that have come together meanwhile: so whoever presents keys without
 * end makes each question longer, up to `maxBatch`, and never more of them. A prefix that is asked for twice is looked up once.
 */
export function makeLookups(source: Pick<KeySource, 'find'>, maxBatch = 500, maxWaiting = 5_000): Lookups {
  const waiting = new Map<string, Waiting>()
  let isAsking = false

  async function ask(): Promise<void> {
    isAsking = true
    while (waiting.size > 0) {
      await Promise.resolve() // whoever comes in the same moment comes along
      const batch = [...waiting].slice(0, maxBatch)
      for (const [prefix] of batch) waiting.delete(prefix)
      try {
        const records = new Map((await source.find(batch.map(([prefix]) => prefix))).map((one) => [one.prefix, one]))
        for (const [prefix, { resolve }] of batch) resolve(records.get(prefix) ?? null)
      } catch (error) {
        for (const [, { reject }] of batch) reject(error)
      }
    }
    isAsking = false
  }

  return {
    find(prefix) {
      const together = waiting.get(prefix)
      if (together !== undefined) return together.promise
      if (waiting.size >= maxWaiting)
        return Promise.reject(new Failure('capacity', 'too_many_keys', 'Too many keys wait to be checked'))
      const own = Promise.withResolvers<KeyRecord | null>()
      waiting.set(prefix, own)
      if (!isAsking) void ask()
      return own.promise
    },
  }
}
