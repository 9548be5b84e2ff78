export { type ApiKey, type KeyToAdd, addApiKey, listApiKeys, noteUse, revokeApiKey } from './api-keys.ts'
export { type AuditEntry, type AuditRecord, appendAudit, listAudit, strangers } from './audit.ts'
export { dropOldAudit } from './audit-retention.ts'
export {
  type Deleted,
  deleteItemHistory,
  deleteItemsBefore,
  deleteSessionHistory,
  deleteTenantHistory,
} from './history/delete-history.ts'
export { type ItemEntry, type ItemOrder, findItem, listItems } from './history/items.ts'
export type { Page, PageOptions } from './history/page.ts'
export type { HistoryRecord } from './history/record.ts'
export { type ResponseEntry, listResponses } from './history/responses.ts'
export { type FoundItem, type ItemSearch, searchItems } from './history/search-items.ts'
export { type SessionEntry, type SessionFilter, findSession, listSessions } from './history/sessions.ts'
export { type Days, type UsageOfDay, usageByDay, usageTotals } from './history/usage.ts'
export { writeHistory } from './history/write-history.ts'
export { makeKeySource } from './key-source.ts'
export { type MigrationState, type Migrations, migrating } from './migrator.ts'
export {
  type ProviderKey,
  type ProviderKeyToWrite,
  dropProviderKey,
  listProviderKeys,
  readSealedKeys,
  writeProviderKey,
} from './provider-keys.ts'
export { readQuotas, writeQuotas } from './quotas.ts'
export { type Store, type StoreOptions, openStore } from './store.ts'
export { readProfile } from './tenant-profile.ts'
export { readSettings, writeSettings } from './tenant-settings.ts'
export { type Tenant, createTenant, findTenant, listTenants, setSuspended } from './tenants.ts'
