import type { Webhook } from '../webhooks/deliver.ts'

/** What a tenant has set, as far as chores ask. Asked each time, so that a change counts from then on. */
export interface TenantRules {
  /** For how many days what was said is kept. */
  itemDays(tenantId: string): Promise<number>
  webhooks(tenantId: string): Promise<readonly Webhook[]>
}
