import { readSettings, type Store } from '@voicebox/store'
import { type Vault, webhookField } from '@voicebox/tenancy'
import { Failure } from '@voicebox/kernel'
import type { TenantRules } from './tenant-rules.ts'

/** What tenants have set in the database; null `vault`: no secret of it can be opened here. */
export function rulesIn(store: Store, vault: Vault | null): TenantRules {
  return {
    itemDays: async (tenantId) => (await readSettings(store, tenantId)).retention.itemDays,
    async webhooks(tenantId) {
      const { webhooks } = await readSettings(store, tenantId)
      return webhooks.map(({ secret, ...webhook }) => {
        const place = { tenantId, field: webhookField(webhook.id) }
        if (vault === null)
          throw new Failure(
            'dependency',
            'no_encryption_key',
            'VOICEBOX_ENCRYPTION_KEY is not set: no webhook can be signed',
          )
        return { ...webhook, secret: vault.unseal(secret, place) }
      })
    },
  }
}
