import { auditOperations } from './audit.ts'
import { choreOperations } from './chores.ts'
import { deletionOperations } from './deletions.ts'
import { historyOperations } from './history.ts'
import { itemOperations } from './items.ts'
import { keyOperations } from './keys.ts'
import { laneOperations } from './lanes.ts'
import { callerOperations } from './me.ts'
import type { Operation } from './operation.ts'
import { quotaOperations } from './quotas.ts'
import { providerKeyOperations } from './provider-keys.ts'
import { settingsOperations } from './settings.ts'
import { webhookOperations } from './webhooks.ts'
import { sessionOperations } from './sessions.ts'
import { tenantOperations } from './tenants.ts'
import { usageOperations } from './usage.ts'

/** All that the API does. */
export const operations: readonly Operation[] = [
  ...callerOperations,
  ...tenantOperations,
  ...keyOperations,
  ...quotaOperations,
  ...settingsOperations,
  ...webhookOperations,
  ...providerKeyOperations,
  ...sessionOperations,
  ...historyOperations,
  ...itemOperations,
  ...deletionOperations,
  ...usageOperations,
  ...choreOperations,
  ...laneOperations,
  ...auditOperations,
]
