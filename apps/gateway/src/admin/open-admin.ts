import { makeAdminApi } from '@voicebox/admin'
import type { Settings } from '@voicebox/config'
import { type Clock, Failure, type Log, toFailure } from '@voicebox/kernel'
import type { Store } from '@voicebox/store'
import { type Chores, type Redis, tellKeyChange } from '@voicebox/streams'
import { type KeyChange, openVault } from '@voicebox/tenancy'
import type { Authenticate } from '../authenticate.ts'
import type { HttpOptions } from '../http.ts'
import { callerOf } from './caller-of.ts'

export interface AdminOptions {
  /** Null: there is no database, and so no tenants to manage. */
  store: Store | null
  redis: Redis
  chores: Chores | null
  authenticate: Authenticate
  encryptionKeys: readonly string[] | undefined
  rateLimits: Settings['rateLimits']
  /** Names this process. */
  name: string
  clock: Clock
  log: Log
}

/** The admin API as this gateway serves it: to whoever has a key for it. */
export function openAdmin(options: AdminOptions): HttpOptions['admin'] {
  const { store, redis, chores, authenticate, encryptionKeys, log, ...about } = options
  if (store === null || chores === null) return null
  const vault = encryptionKeys === undefined ? null : openVault(encryptionKeys)
  const ready = <T>(what: T): T => {
    if (redis.isReady()) return what
    throw new Failure('dependency', 'redis_unavailable', 'Redis is not reachable')
  }
  return makeAdminApi({
    ...about,
    store,
    log,
    redis: async () => ready(redis),
    chores: async () => ready(chores),
    authenticate: callerOf(authenticate),
    async tell(change: KeyChange) {
      try {
        await tellKeyChange(redis, change)
      } catch (error) {
        log.warn({ error: toFailure(error) }, 'A change was not told: gateways find it out by themselves')
      }
    },
    seal(secret, place) {
      if (vault !== null) return vault.seal(secret, place)
      throw new Failure('dependency', 'no_encryption_key', 'VOICEBOX_ENCRYPTION_KEY is not set')
    },
  }).fetch
}
