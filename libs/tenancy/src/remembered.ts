import type { Clock } from '@voicebox/kernel'
import { makeLru } from './lru.ts'

/** Something of a tenant that is kept elsewhere. */
export interface TenantSource<T> {
  /** Rejects with a `Failure` of kind `dependency` when it cannot be known, within a bounded time. */
  read(tenantId: string): Promise<T>
  /** Whether it would most likely answer. */
  isReachable(): boolean
}

/**
 * Remembers something of each tenant. What was read is good for `freshMs`; what cannot be read again is answered as it was, for
 * as long as the source is away. Of a tenant that was never read nothing is known then: `of` rejects as the source does. Beyond
 * `maxTenants` the one that was not asked for the longest is forgotten.
 */
export interface Remembered<T> {
  of(tenantId: string): Promise<T>
  /** What was known last, however old; null: nothing. */
  known(tenantId: string): T | null
  /** What was read is not good any more; nor is what is being read. */
  changed(tenantId: string): void
}

export interface RememberedOptions<T> {
  source: TenantSource<T>
  clock: Pick<Clock, 'now'>
  freshMs?: number
  maxTenants?: number
}

interface Known<T> {
  value: T
  freshUntilMs: number
  /** Which reading it was. */
  reading: number
}

export function rememberByTenant<T>({
  source,
  clock,
  freshMs = 3_000,
  maxTenants = 10_000,
}: RememberedOptions<T>): Remembered<T> {
  const known = makeLru<string, Known<T>>(maxTenants)
  const underWay = new Map<string, Promise<T>>()
  let readings = 0
  let changes = 0

  async function read(tenantId: string): Promise<T> {
    const reading = ++readings
    const changesBefore = changes
    const value = await source.read(tenantId)
    const newer = known.get(tenantId)
    if (newer !== undefined && newer.reading > reading) return newer.value
    const freshUntilMs = changes === changesBefore ? clock.now() + freshMs : 0
    known.set(tenantId, { value, freshUntilMs, reading })
    return value
  }

  /** Whoever asks for the same tenant meanwhile waits for the same answer. */
  function readOnce(tenantId: string): Promise<T> {
    const together = underWay.get(tenantId)
    if (together !== undefined) return together
    const reading = read(tenantId).finally(() => {
      if (underWay.get(tenantId) === reading) underWay.delete(tenantId)
    })
    underWay.set(tenantId, reading)
    return reading
  }

  return {
    async of(tenantId) {
      const entry = known.get(tenantId)
      if (entry !== undefined && (clock.now() < entry.freshUntilMs || !source.isReachable())) return entry.value
      try {
        return await readOnce(tenantId)
      } catch (error) {
        const stale = known.get(tenantId) ?? entry
        if (stale === undefined) throw error
        return stale.value
      }
    },
    known: (tenantId) => known.get(tenantId)?.value ?? null,
    changed(tenantId) {
      changes += 1
      underWay.delete(tenantId)
      const entry = known.get(tenantId)
      if (entry !== undefined) entry.freshUntilMs = 0
    },
  }
}
