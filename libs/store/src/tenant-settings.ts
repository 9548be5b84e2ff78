import { settingsSchema, type TenantSettings } from '@voicebox/tenancy'
import { knowsTenant } from './knows-tenant.ts'
import { readStored } from './read-stored.ts'
import type { Store } from './store.ts'

/** What the tenant has set. Nothing was, or there is no such tenant: the defaults. */
export async function readSettings(store: Store, tenantId: string): Promise<TenantSettings> {
  const row = await store.asTenant(tenantId, (within) =>
    within.selectFrom('tenant_settings').select('settings').where('tenant_id', '=', tenantId).executeTakeFirst(),
  )
  return readStored(settingsSchema, row?.settings ?? {}, 'settings')
}

/** Sets them all anew. The secrets of webhooks are sealed already. False: there is no such tenant. */
export function writeSettings(store: Store, tenantId: string, settings: TenantSettings): Promise<boolean> {
  const json = JSON.stringify(settings)
  return knowsTenant('tenant_settings_tenant_id_fkey', () =>
    store.asTenant(tenantId, (within) =>
      within
        .insertInto('tenant_settings')
        .values({ tenant_id: tenantId, settings: json })
        .onConflict((conflict) =>
          conflict.column('tenant_id').doUpdateSet(({ fn }) => ({ settings: json, updated_at: fn<Date>('now') })),
        )
        .execute(),
    ),
  )
}
