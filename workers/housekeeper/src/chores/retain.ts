import { listTenants, type Store, dropOldAudit, strangers } from '@voicebox/store'
import type { Chore, ChoreContext, Chores } from '@voicebox/streams'
import type { History } from './history.ts'
import type { TenantRules } from './tenant-rules.ts'

export interface RetainOptions {
  store: Store
  history: History
  rules: TenantRules
  chores: Chores
  auditDays: number
}

/**
 * Deletes what a tenant keeps no longer. Of the installation: what nobody's audit log keeps, and it adds a chore for each tenant.
 * Audio needs none: it goes with its session.
 */
export async function retain(
  { tenantId }: Extract<Chore, { kind: 'retention' }>,
  { id, signal }: Pick<ChoreContext, 'id' | 'signal'>,
  { store, history, rules, chores, auditDays }: RetainOptions,
): Promise<void> {
  if (tenantId !== null) {
    const before = new Date(Date.now() - (await rules.itemDays(tenantId)) * dayMs)
    await history.deleteBefore(tenantId, before, signal)
    return dropAudit(tenantId)
  }
  await dropAudit(strangers)
  const atMs = Number(id.split('.')[1])
  for (let after = ''; !signal.aborted;) {
    const page = await listTenants(store, { after, limit: pageLength })
    for (const tenant of page) await chores.add({ kind: 'retention', tenantId: tenant.id }, { atMs, name: 'scheduled' })
    after = page.at(-1)?.id ?? ''
    if (page.length < pageLength) return
  }

  async function dropAudit(of: string): Promise<void> {
    while (!signal.aborted && (await dropOldAudit(store, of, auditDays)));
  }
}

const dayMs = 86_400_000
const pageLength = 100
