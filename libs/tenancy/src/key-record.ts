/** What a key may be used for. */
export const scopes = ['realtime', 'admin', 'platform'] as const
/**
 * `realtime`: sessions, and what belongs to them. `admin`: the tenant's own keys, quotas, settings, history and usage.
 * `platform`: those of all tenants, and the tenants themselves.
 */
export type Scope = (typeof scopes)[number]

/** What is known of a key when it is presented. */
export interface KeyRecord {
  id: string
  tenantId: string
  prefix: string
  hash: Uint8Array
  scopes: readonly Scope[]
  /** Null: never. */
  expiresAtMs: number | null
  isRevoked: boolean
  /** Its tenant is. */
  isSuspended: boolean
}

/** The tenant that every installation has. */
export const defaultTenantId = 'default'

/** Whether a text may name a tenant: it is part of keys in Redis, of log lines and of commands. */
export function isTenantId(text: string): boolean {
  return /^[a-z0-9][a-z0-9_-]{0,62}$/.test(text)
}
