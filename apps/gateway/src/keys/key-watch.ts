import { type Clock, type Closable, type Log, toFailure } from '@voicebox/kernel'
import { type Redis, watchKeyChanges } from '@voicebox/streams'
import type { KeyRing } from '@voicebox/tenancy'
import { every } from '../session/timers.ts'

/** Whoever came in with a key. */
export interface Guest {
  /** Null: with one that is always good. */
  readonly keyPrefix: string | null
  /** The key opens nothing any more. */
  revoked(): void
}

/**
 * Shows guests out whose key was revoked, has expired, or whose tenant was suspended: as soon as that is told, and within
 * four seconds where nobody tells. While the database is away, whoever is in stays, unless the key's time is over.
 */
export interface KeyWatch extends Closable {
  add(guest: Guest): void
  remove(guest: Guest): void
  close(): Promise<void>
}

export interface KeyWatchOptions {
  ring: Pick<KeyRing, 'recheck' | 'changed'>
  redis: Redis
  clock: Clock
  log: Log
}

/** With the time for which a key is not read again, this is how late a change is noticed. */
const recheckMs = 1_000

export async function watchKeys({ ring, redis, clock, log }: KeyWatchOptions): Promise<KeyWatch> {
  const guests = new Map<string, Set<Guest>>() // by the prefix of their key
  let isChecking = false

  async function check(prefix: string): Promise<void> {
    try {
      if ((await ring.recheck(prefix)) === 'valid') return
      for (const guest of guests.get(prefix) ?? []) guest.revoked()
    } catch (error) {
      if (toFailure(error).kind === 'bug') log.error({ error }, 'A key could not be checked again')
    }
  }

  async function checkAll(): Promise<void> {
    if (isChecking) return
    isChecking = true
    await Promise.all([...guests.keys()].map(check))
    isChecking = false
  }

  const watching = await watchKeyChanges(redis, {
    onChange(change) {
      ring.changed(change)
      if (change.kind === 'tenant_changed') return // keys are what they were
      for (const prefix of change.kind === 'key_revoked' ? [change.prefix] : guests.keys()) void check(prefix)
    },
    onGap: () => void checkAll(),
  })
  const stop = every(clock, recheckMs, () => void checkAll())
  return {
    add(guest) {
      if (guest.keyPrefix === null) return
      const others = guests.get(guest.keyPrefix) ?? new Set()
      guests.set(guest.keyPrefix, others.add(guest))
    },
    remove(guest) {
      const others = guests.get(guest.keyPrefix ?? '')
      others?.delete(guest)
      if (others?.size === 0) guests.delete(guest.keyPrefix ?? '')
    },
    async close() {
      stop()
      await watching.close()
    },
  }
}
