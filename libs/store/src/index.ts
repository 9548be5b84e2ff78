export { type ApiKey, type KeyToAdd, addApiKey, findApiKey, listApiKeys, noteUse, revokeApiKey } from './api-keys.ts'
export { type AuditEntry, type AuditRecord, appendAudit, listAudit, operator, strangers } from './audit.ts'
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
export { type Tenant, createTenant, findTenant, listTenants, renameTenant, setSuspended } from './tenants.ts'
