import type { Quotas } from './quotas.ts'
import { settingsSchema, type TenantSettings } from './settings.ts'

/** All that is set for a tenant, by the operator and by itself. */
export interface TenantProfile {
  quotas: Quotas
  settings: TenantSettings
}

/** Of a tenant for which nothing was set. */
export const emptyProfile: TenantProfile = { quotas: {}, settings: settingsSchema.parse({}) }
