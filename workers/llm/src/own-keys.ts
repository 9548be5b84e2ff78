import { type Clock, type Closable, Failure, type Log, openScope, sleep } from '@voicebox/kernel'
import { openStore, readSealedKeys } from '@voicebox/store'
import { type Redis, watchKeyChanges } from '@voicebox/streams'
import { openVault, providerKeyField, rememberByTenant, type Vault } from '@voicebox/tenancy'
import type { OwnKeys } from './pool.ts'

/** The keys for language providers that tenants have of their own. */
export interface OwnKeysByTenant extends Closable {
  /**
   * Rejects with a `Failure` of kind `dependency` where it cannot be known, for seconds, whether there are any: nobody's job is
   * done on another's account.
   */
  of(tenantId: string): Promise<OwnKeys>
  close(): Promise<void>
}

export interface OwnKeysOptions {
  /** Absent: no tenant has any. */
  databaseUrl: string | undefined
  encryptionKeys: readonly string[] | undefined
  /** Names this process to the database. */
  name: string
  redis: Redis
  clock: Clock
  log: Log
}

/**
 * Reads them where they are kept, sealed, and remembers them for seconds, and for as long as the database is away; they never
 * pass through Redis, which tells only that they have changed.
 */
export async function openOwnKeys(options: OwnKeysOptions): Promise<OwnKeysByTenant> {
  const { databaseUrl, encryptionKeys, name, redis, clock, log } = options
  if (databaseUrl === undefined) return { of: async () => new Map<string, string>(), close: async () => {} }
  const vault = encryptionKeys === undefined ? null : openVault(encryptionKeys)
  const scope = openScope()
  const store = scope.use(openStore({ url: databaseUrl, name, log, maxConnections: 2 }))
  const remembered = rememberByTenant({
    source: {
      isReachable: () => store.isReady(),
      read: async (tenantId) => unsealAll(vault, tenantId, await readSealedKeys(store, tenantId)),
    },
    clock,
  })
  try {
    scope.use(
      await watchKeyChanges(redis, {
        onChange: (change) => change.kind === 'tenant_changed' && remembered.changed(change.tenantId),
        onGap: () => {}, // what was missed is found out when it is read again
      }),
    )
  } catch (error) {
    await scope.close()
    throw error
  }
  const leave = new AbortController()
  scope.defer(() => leave.abort())
  return {
    of: (tenantId) => patiently(() => remembered.of(tenantId), { clock, signal: leave.signal }),
    close: () => scope.close(),
  }
}

/** No answer shall fail because Postgres was started again, so each of its attempts waits for that. */
const patienceMs = 4_000

async function patiently<T>(
  read: () => Promise<T>,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<T> {
  for (const untilMs = clock.now() + patienceMs; ; await sleep(100, signal)) {
    try {
      return await read()
    } catch (error) {
      const isAway = error instanceof Failure && error.code === 'database_failed'
      if (!isAway || signal.aborted || clock.now() >= untilMs) throw error
    }
  }
}

function unsealAll(vault: Vault | null, tenantId: string, sealed: ReadonlyMap<string, string>): OwnKeys {
  return new Map(
    [...sealed].map(([provider, text]) => {
      if (vault === null)
        throw new Failure(
          'dependency',
          'no_encryption_key',
          'VOICEBOX_ENCRYPTION_KEY: a tenant has a key that is sealed',
        )
      return [provider, vault.unseal(text, { tenantId, field: providerKeyField(provider) })]
    }),
  )
}
