import type { ColumnType, Generated, JSONColumnType } from 'kysely'

/** The tables as the application sees them; `migrations/` makes them. */
export interface Schema {
  tenants: TenantsTable
  api_keys: ApiKeysTable
  quotas: QuotasTable
  audit_logs: AuditLogsTable
  tenant_settings: TenantSettingsTable
  provider_keys: ProviderKeysTable
}

type Now = Generated<Date>

interface TenantsTable {
  id: string
  name: string
  created_at: Now
  suspended_at: Date | null
}

interface ApiKeysTable {
  tenant_id: string
  id: string
  prefix: string
  hash: Buffer
  name: string
  scopes: string[]
  created_at: Now
  expires_at: Date | null
  last_used_at: Date | null
  revoked_at: Date | null
}

interface QuotasTable {
  tenant_id: string
  overrides: JSONColumnType<Record<string, unknown>>
  updated_at: Now
}

interface AuditLogsTable {
  tenant_id: string
  /** A 64-bit number, as text. */
  id: ColumnType<string, never, never>
  at: Now
  action: string
  actor: string
  subject: string | null
  details: JSONColumnType<Record<string, unknown>, string | undefined>
}

interface TenantSettingsTable {
  tenant_id: string
  settings: JSONColumnType<Record<string, unknown>>
  updated_at: Now
}

interface ProviderKeysTable {
  tenant_id: string
  provider: string
  sealed: string
  last_four: string
  created_at: Now
}
