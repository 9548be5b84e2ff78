import { sql } from 'kysely'
import type { Store } from '../store.ts'

/** Deletes items of a tenant that were made before then, at most a thousand; true: there may be more. */
export async function deleteItemsBefore(store: Store, tenantId: string, before: Date): Promise<boolean> {
  const { numAffectedRows } = await store.asTenant(tenantId, (within) =>
    sql`delete from conversation_items where tenant_id = ${tenantId} and (session_id, item_id) in (
      select session_id, item_id from conversation_items where tenant_id = ${tenantId} and created_at < ${before}
      limit ${atMost})`.execute(within),
  )
  return Number(numAffectedRows ?? 0) >= atMost
}

/** Deletes what a session said, and that there was one. */
export async function deleteSessionHistory(store: Store, tenantId: string, sessionId: string): Promise<void> {
  await store.asTenant(tenantId, async (within) => {
    await sql`delete from conversation_items where tenant_id = ${tenantId} and session_id = ${sessionId}`.execute(
      within,
    )
    await sql`delete from sessions where tenant_id = ${tenantId} and id = ${sessionId}`.execute(within)
  })
}

/** Deletes one item of a session. */
export async function deleteItemHistory(
  store: Store,
  tenantId: string,
  sessionId: string,
  itemId: string,
): Promise<void> {
  await store.asTenant(tenantId, (within) =>
    sql`delete from conversation_items where tenant_id = ${tenantId} and session_id = ${sessionId}
      and item_id = ${itemId}`.execute(within),
  )
}

/** Deletes what all sessions of a tenant said, and that there were any. Its usage stays. */
export async function deleteTenantHistory(store: Store, tenantId: string): Promise<void> {
  await store.asTenant(tenantId, async (within) => {
    await sql`delete from conversation_items where tenant_id = ${tenantId}`.execute(within)
    await sql`delete from sessions where tenant_id = ${tenantId}`.execute(within)
  })
}

const atMost = 1_000
