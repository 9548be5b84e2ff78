import type { KeySource } from '@voicebox/tenancy'
import { readScopes } from './scopes.ts'
import type { Store } from './store.ts'

/** Looks presented keys up, in one question for all of them. */
export function makeKeySource(store: Store): KeySource {
  return {
    isReachable: () => store.isReady(),
    async find(prefixes) {
      const rows = await store.forPresented(prefixes, (within) =>
        within
          .selectFrom('api_keys')
          .innerJoin('tenants', 'tenants.id', 'api_keys.tenant_id')
          .select(['api_keys.id', 'tenant_id', 'prefix', 'hash', 'scopes', 'expires_at', 'revoked_at', 'suspended_at'])
          .where('prefix', 'in', [...prefixes])
          .execute(),
      )
      return rows.map((row) => ({
        id: row.id,
        tenantId: row.tenant_id,
        prefix: row.prefix,
        hash: row.hash,
        scopes: readScopes(row.scopes),
        expiresAtMs: row.expires_at?.getTime() ?? null,
        isRevoked: row.revoked_at !== null,
        isSuspended: row.suspended_at !== null,
      }))
    },
  }
}
