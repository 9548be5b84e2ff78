import type { Selectable } from 'kysely'
import type { Schema } from './schema.ts'
import type { Store, Within } from './store.ts'

/** Something that was done, or that somebody tried. */
export interface AuditEntry {
  tenantId: string
  /** Such as `key.created`. */
  action: string
  /** Who did it: a key's id, an address, or the operator. */
  actor: string
  /** What it was done to. */
  subject: string | null
  details: Readonly<Record<string, unknown>>
}

export interface AuditRecord extends AuditEntry {
  /** Where the next page begins. */
  id: string
  at: Date
}

/** Under whose name is kept what strangers do. No tenant can have it, so no tenant reads it. */
export const strangers = '-'

/** Whoever runs the installation, by the command line. */
export const operator = 'operator'

/** Adds entries, in their order; they are never changed. */
export async function appendAudit(store: Store, entries: readonly AuditEntry[]): Promise<void> {
  for (const [tenantId, own] of Map.groupBy(entries, (entry) => entry.tenantId))
    await store.asTenant(tenantId, (within) => noteIn(within, ...own))
}

/** Adds entries of the transaction's tenant: they are there if what they tell of is. */
export async function noteIn(within: Within, ...entries: AuditEntry[]): Promise<void> {
  const rows = entries.map(({ tenantId, action, actor, subject, details }) => ({
    tenant_id: tenantId,
    action: short(action, 100),
    actor: short(actor, 200),
    subject: subject === null ? null : short(subject, 200),
    details: JSON.stringify(details),
  }))
  await within.insertInto('audit_logs').values(rows).execute()
}

/** A page of what happened, the newest first. `before` is the id of the last record of the page before it. */
export async function listAudit(
  store: Store,
  tenantId: string,
  { before = null, limit = 100 }: { before?: string | null; limit?: number } = {},
): Promise<AuditRecord[]> {
  const rows = await store.asTenant(tenantId, (within) => {
    const all = within.selectFrom('audit_logs').selectAll().where('tenant_id', '=', tenantId)
    const page = before === null ? all : all.where('id', '<', before)
    return page.orderBy('id', 'desc').limit(limit).execute()
  })
  return rows.map(recordOf)
}

const short = (text: string, maxLength: number): string => text.slice(0, maxLength).toWellFormed().replaceAll('\0', '')

const recordOf = (row: Selectable<Schema['audit_logs']>): AuditRecord => ({
  id: row.id,
  at: row.at,
  tenantId: row.tenant_id,
  action: row.action,
  actor: row.actor,
  subject: row.subject,
  details: row.details,
})
