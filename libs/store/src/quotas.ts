import { type Quotas, quotaSchema } from '@voicebox/tenancy'
import { knowsTenant } from './knows-tenant.ts'
import { readStored } from './read-stored.ts'
import type { Store } from './store.ts'

/** What the tenant has in place of the installation's own limits. None were set, or there is no such tenant: an empty object. */
export async function readQuotas(store: Store, tenantId: string): Promise<Quotas> {
  const row = await store.asTenant(tenantId, (within) =>
    within.selectFrom('quotas').select('overrides').where('tenant_id', '=', tenantId).executeTakeFirst(),
  )
  return readStored(quotaSchema, row?.overrides ?? {}, 'quotas')
}

/** Sets them all anew: what is left out is the installation's own again. False: there is no such tenant. */
export function writeQuotas(store: Store, tenantId: string, quotas: Quotas): Promise<boolean> {
  const json = JSON.stringify(quotas)
  return knowsTenant('quotas_tenant_id_fkey', () =>
    store.asTenant(tenantId, (within) =>
      within
        .insertInto('quotas')
        .values({ tenant_id: tenantId, overrides: json })
        .onConflict((conflict) =>
          conflict.column('tenant_id').doUpdateSet(({ fn }) => ({ overrides: json, updated_at: fn<Date>('now') })),
        )
        .execute(),
    ),
  )
}
