import { type Clock, type Closable, type Log, openScope } from '@voicebox/kernel'
import { appendAudit, makeKeySource, noteUse, type Store } from '@voicebox/store'
import type { Redis } from '@voicebox/streams'
import type { keyMetrics, Meters } from '@voicebox/telemetry'
import { type KeyRing, makeKeyRing } from '@voicebox/tenancy'
import { type Authenticate, makeAuthentication, type Secrets } from '../authenticate.ts'
import { type Guest, watchKeys } from './key-watch.ts'
import { makeLastUse } from './last-use.ts'
import { makeRefusalLog } from './refusal-log.ts'

export interface KeysOptions {
  /** Null: the installation's own key is all there is. */
  store: Store | null
  ownKey: string | null
  staleMs: number
  redis: Redis
  secrets: Secrets
  clock: Clock
  log: Log
  meters: Meters<typeof keyMetrics>
}

/** All that a gateway knows of keys. */
export interface Keys extends Closable {
  authenticate: Authenticate
  /** Whether the key of a prefix, which was presented before, still opens something. Rejects when that cannot be known. */
  isValid(prefix: string): Promise<boolean>
  /** Shows a guest out when its key opens nothing any more. */
  add(guest: Guest): void
  remove(guest: Guest): void
  /** What is wrong, though sessions can be had; null: nothing. */
  problem(): string | null
  close(): Promise<void>
}

/** Opens what keys are checked with. It does not wait for the database: until that answers, nobody is known. */
export async function openKeys(options: KeysOptions): Promise<Keys> {
  const { store, ownKey, staleMs, redis, secrets, clock, log, meters } = options
  if (store === null) {
    const authenticate = makeAuthentication({ ownKey, ring: null, secrets })
    return {
      authenticate,
      isValid: async () => false,
      add() {},
      remove() {},
      problem: () => null,
      close: async () => {},
    }
  }
  const scope = openScope()
  try {
    meters.databaseAvailable.follow(() => store.isReady())
    const ring = measured(makeKeyRing({ source: makeKeySource(store), clock, staleMs }), meters)
    const lastUse = scope.use(makeLastUse({ note: (tenantId, usedAt) => noteUse(store, tenantId, usedAt), clock, log }))
    const append = (entries: Parameters<typeof appendAudit>[1]): Promise<void> => appendAudit(store, entries)
    const onSuppressed = (count: number): void => meters.refusalsSuppressed.add(count)
    const refusals = scope.use(makeRefusalLog({ append, onSuppressed, clock, log }))
    const watch = scope.use(await watchKeys({ ring, redis, clock, log }))
    return {
      authenticate: makeAuthentication({ ownKey, ring, secrets, onUse: lastUse.add, onRefused: refusals.add }),
      isValid: async (prefix) => (await ring.recheck(prefix)) === 'valid',
      add: watch.add,
      remove: watch.remove,
      problem: () => (store.isReady() ? null : 'Postgres does not answer: keys are judged by what is remembered'),
      close: () => scope.close(),
    }
  } catch (error) {
    await scope.close()
    throw error
  }
}

/** Counts what is checked, and how long that takes. */
function measured(ring: KeyRing, meters: Meters<typeof keyMetrics>): KeyRing {
  return {
    ...ring,
    async check(key) {
      const startedAtMs = performance.now()
      try {
        const checked = await ring.check(key)
        meters.keyValidations.add(1, { outcome: checked.verdict, source: checked.source })
        return checked
      } catch (error) {
        meters.keyValidations.add(1, { outcome: 'unavailable', source: 'none' })
        throw error
      } finally {
        meters.keyValidationSeconds.observe((performance.now() - startedAtMs) / 1_000)
      }
    },
  }
}
