import type { Store } from './store.ts'

/** What a tenant has in place of the installation's own limits, as it was set. */
export type QuotaOverrides = Readonly<Record<string, unknown>>

/** None were set, or there is no such tenant: an empty object. */
export async function readQuotas(store: Store, tenantId: string): Promise<QuotaOverrides> {
  const row = await store.asTenant(tenantId, (within) =>
    within.selectFrom('quotas').select('overrides').where('tenant_id', '=', tenantId).executeTakeFirst(),
  )
  return row?.overrides ?? {}
}

/** Sets them all anew: what is left out is the installation's own again. */
export async function writeQuotas(store: Store, tenantId: string, overrides: QuotaOverrides): Promise<void> {
  const json = JSON.stringify(overrides)
  await store.asTenant(tenantId, (within) =>
    within
      .insertInto('quotas')
      .values({ tenant_id: tenantId, overrides: json })
      .onConflict((conflict) =>
        conflict.column('tenant_id').doUpdateSet(({ fn }) => ({ overrides: json, updated_at: fn<Date>('now') })),
      )
      .execute(),
  )
}
