import { providerKeyField, type Vault } from '@voicebox/tenancy'
import { knowsTenant } from './knows-tenant.ts'
import type { Store } from './store.ts'

/** A tenant's key for a language provider as it is shown: the key itself never is. */
export interface ProviderKey {
  provider: string
  lastFour: string
  createdAt: Date
}

export interface ProviderKeyToWrite {
  tenantId: string
  provider: string
  /** As `providerKeySchema` has it. */
  key: string
}

/** Keeps a key, sealed, in place of the one that the tenant had for this provider. False: there is no such tenant. */
export function writeProviderKey(
  store: Store,
  vault: Pick<Vault, 'seal'>,
  { tenantId, provider, key }: ProviderKeyToWrite,
): Promise<boolean> {
  const sealed = vault.seal(key, { tenantId, field: providerKeyField(provider) })
  const about = { sealed, last_four: key.slice(-4) }
  return knowsTenant('provider_keys_tenant_id_fkey', () =>
    store.asTenant(tenantId, (within) =>
      within
        .insertInto('provider_keys')
        .values({ tenant_id: tenantId, provider, ...about })
        .onConflict((conflict) =>
          conflict
            .columns(['tenant_id', 'provider'])
            .doUpdateSet(({ fn }) => ({ ...about, created_at: fn<Date>('now') })),
        )
        .execute(),
    ),
  )
}

/** By the provider's name. */
export async function listProviderKeys(store: Store, tenantId: string): Promise<ProviderKey[]> {
  const rows = await store.asTenant(tenantId, (within) =>
    within
      .selectFrom('provider_keys')
      .select(['provider', 'last_four', 'created_at'])
      .where('tenant_id', '=', tenantId)
      .orderBy('provider')
      .execute(),
  )
  return rows.map(({ provider, last_four, created_at }) => ({ provider, lastFour: last_four, createdAt: created_at }))
}

/** False: the tenant had none for this provider. */
export async function dropProviderKey(store: Store, tenantId: string, provider: string): Promise<boolean> {
  const rows = await store.asTenant(tenantId, (within) =>
    within
      .deleteFrom('provider_keys')
      .where('tenant_id', '=', tenantId)
      .where('provider', '=', provider)
      .returning('provider')
      .execute(),
  )
  return rows.length > 0
}

/** The sealed keys by the provider's name, for whoever uses them. */
export async function readSealedKeys(store: Store, tenantId: string): Promise<ReadonlyMap<string, string>> {
  const rows = await store.asTenant(tenantId, (within) =>
    within.selectFrom('provider_keys').select(['provider', 'sealed']).where('tenant_id', '=', tenantId).execute(),
  )
  return new Map(rows.map(({ provider, sealed }) => [provider, sealed]))
}
