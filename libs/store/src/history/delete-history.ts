import { sql } from 'kysely'
import type { Store, Within } from '../store.ts'

/** How many rows a deletion has taken. */
export interface Deleted {
  sessions: number
  items: number
  responses: number
}

/**
 * Deletes some of a tenant's items and responses that were created before a time (at most `limit` of each), and sessions of
 * that time of which nothing is left. Repeat it until it answers zeros. Usage stays: it is numbers.
 */
export async function deleteItemsBefore(store: Store, tenantId: string, before: Date, limit = 1_000): Promise<Deleted> {
  return store.asTenant(tenantId, async (within) => {
    const isOld = sql`one.created_at < ${before}`
    const items = await deleteSome(within, 'conversation_items', tenantId, isOld, limit)
    const responses = await deleteSome(within, 'responses', tenantId, isOld, limit)
    const isEmpty = sql`one.written_at < ${before} and coalesce(one.deleted_at < ${before}, true)
      and not exists (select from conversation_items where tenant_id = ${tenantId} and session_id = one.id)
      and not exists (select from responses where tenant_id = ${tenantId} and session_id = one.id)`
    return { items, responses, sessions: await deleteSome(within, 'sessions', tenantId, isEmpty, limit) }
  })
}

/**
 * Deletes the history of a session, at most `limit` items and responses at a time: repeat it until it answers zeros. What is
 * written of the session later is not kept, also where it goes on. Usage stays: it is numbers.
 */
export async function deleteSessionHistory(
  store: Store,
  tenantId: string,
  sessionId: string,
  limit = 1_000,
): Promise<Deleted> {
  return store.asTenant(tenantId, async (within) => {
    const { rows } = await sql`
      insert into sessions (tenant_id, id, deleted_at) values (${tenantId}, ${sessionId}, now())
      on conflict (tenant_id, id) do update set ${forgotten} where sessions.deleted_at is null
      returning id`.execute(within)
    return {
      sessions: rows.length,
      ...(await deleteContent(within, tenantId, sql`one.session_id = ${sessionId}`, limit)),
    }
  })
}

/** Deletes an item of a session. What is written of it later is not kept. */
export async function deleteItemHistory(
  store: Store,
  tenantId: string,
  sessionId: string,
  itemId: string,
): Promise<void> {
  await store.asTenant(tenantId, (within) =>
    sql`
      insert into conversation_items (tenant_id, session_id, item_id, number, created_at)
      values (${tenantId}, ${sessionId}, ${itemId}, ${afterAll}, now())
      on conflict (tenant_id, session_id, item_id)
      do update set number = excluded.number, position = null, item = null, words = null`.execute(within),
  )
}

/** Of no fact: none overwrites it. */
const afterAll = Number.MAX_SAFE_INTEGER

/**
 * Deletes the history of all sessions of a tenant that were opened, or of which something was written, before a time, at most
 * `limit` sessions, items and responses at a time: repeat it until it answers zeros. What is written of them later is not kept.
 * Usage stays. A session of which nothing is written yet is not known here.
 */
export async function deleteTenantHistory(
  store: Store,
  tenantId: string,
  before: Date,
  limit = 1_000,
): Promise<Deleted> {
  return store.asTenant(tenantId, async (within) => {
    const { rows } = await sql`
      update sessions set ${forgotten} where tenant_id = ${tenantId} and id in (
        select id from sessions where tenant_id = ${tenantId} and deleted_at is null
          and (written_at < ${before} or opened_at < ${before})
        order by id limit ${limit} for update)
      returning id`.execute(within)
    const isDeleted = sql`exists (
      select from sessions where tenant_id = ${tenantId} and id = one.session_id and deleted_at is not null)`
    return { sessions: rows.length, ...(await deleteContent(within, tenantId, isDeleted, limit)) }
  })
}

/** The row stays, so that what is written late finds it. */
const forgotten = sql`deleted_at = now(), type = null, model = null, opened_at = null, ended_at = null, end_reason = null`

async function deleteContent(
  within: Within,
  tenantId: string,
  which: ReturnType<typeof sql>,
  limit: number,
): Promise<Omit<Deleted, 'sessions'>> {
  const items = await deleteSome(within, 'conversation_items', tenantId, which, limit)
  return { items, responses: await deleteSome(within, 'responses', tenantId, which, limit) }
}

/** Passes over rows that somebody is writing: they are there the next time. */
async function deleteSome(
  within: Within,
  table: 'conversation_items' | 'responses' | 'sessions',
  tenantId: string,
  which: ReturnType<typeof sql>,
  limit: number,
): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from ${sql.table(table)} where tenant_id = ${tenantId} and (tableoid, ctid) in (
      select one.tableoid, one.ctid from ${sql.table(table)} as one
      where one.tenant_id = ${tenantId} and ${which} limit ${limit} for update skip locked)`.execute(within)
  return Number(numAffectedRows ?? 0)
}
