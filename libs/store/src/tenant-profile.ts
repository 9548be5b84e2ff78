import { quotaSchema, settingsSchema, type TenantProfile } from '@voicebox/tenancy'
import { readStored } from './read-stored.ts'
import type { Store } from './store.ts'

/** All that is set for a tenant, in one question; nothing was, or there is no such tenant: the defaults. */
export async function readProfile(store: Store, tenantId: string): Promise<TenantProfile> {
  const row = await store.asTenant(tenantId, (within) =>
    within
      .selectFrom('tenants')
      .leftJoin('quotas', 'quotas.tenant_id', 'tenants.id')
      .leftJoin('tenant_settings', 'tenant_settings.tenant_id', 'tenants.id')
      .select(['overrides', 'settings'])
      .where('tenants.id', '=', tenantId)
      .executeTakeFirst(),
  )
  return {
    quotas: readStored(quotaSchema, row?.overrides ?? {}, 'quotas'),
    settings: readStored(settingsSchema, row?.settings ?? {}, 'settings'),
  }
}
