import type { ColumnType, Generated, JSONColumnType } from 'kysely'

/** The tables as the application sees them; `migrations/` makes them. */
export interface Schema {
  tenants: TenantsTable
  api_keys: ApiKeysTable
  quotas: QuotasTable
  audit_logs: AuditLogsTable
  tenant_settings: TenantSettingsTable
  provider_keys: ProviderKeysTable
  sessions: SessionsTable
  conversation_items: ConversationItemsTable
  responses: ResponsesTable
  usage: UsageTable
  usage_days: UsageDaysTable
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

/** A 64-bit number, as text. */
type BigNumber = ColumnType<string, number, number>

interface SessionsTable {
  tenant_id: string
  id: string
  /** Null, as `model` and `opened_at`: nothing was told of its beginning yet, or its history was deleted. */
  type: string | null
  model: string | null
  opened_at: Date | null
  /** Of the fact that opened it; -1: none yet. */
  opened_number: Generated<BigNumber>
  ended_at: Date | null
  end_reason: string | null
  ended_number: Generated<BigNumber>
  deleted_at: Date | null
  written_at: Now
}

interface ConversationItemsTable {
  tenant_id: string
  session_id: string
  item_id: string
  number: BigNumber
  /** Null, as `item` and `words`: it was deleted. */
  position: BigNumber | null
  item: JSONColumnType<Record<string, unknown>> | null
  words: string | null
  created_at: Date
}

interface ResponsesTable {
  tenant_id: string
  session_id: string
  response_id: string
  number: BigNumber
  model: string
  response: JSONColumnType<Record<string, unknown>>
  created_at: Date
}

interface UsageTable {
  tenant_id: string
  session_id: string
  turn_id: string
  number: BigNumber
  /** Of UTC. */
  day: ColumnType<Date, string, string>
  model: string
  counts: JSONColumnType<Record<string, number>>
  at: Date
}

interface UsageDaysTable {
  tenant_id: string
  day: ColumnType<Date, string, string>
  model: string
  modality: string
  amount: BigNumber
}
