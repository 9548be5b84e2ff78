import { type Selectable, sql } from 'kysely'
import type { Schema } from '../schema.ts'
import type { Store } from '../store.ts'
import { readCursor, writeCursor } from './cursor.ts'
import { type Page, type PageOptions, pageOf, pageSize } from './page.ts'

/** A session as history knows it. */
export interface SessionEntry {
  tenantId: string
  id: string
  type: string
  model: string
  openedAt: Date
  /** Null: it lives, as far as was written. */
  endedAt: Date | null
  endReason: string | null
}

export interface SessionFilter extends PageOptions {
  /** Opened at this time or later. */
  from?: Date | undefined
  /** Opened before. */
  to?: Date | undefined
  model?: string | undefined
  state?: 'live' | 'ended' | undefined
}

/** A page of a tenant's sessions, those opened last first. Throws `Failure('client', 'invalid_cursor')`. */
export async function listSessions(
  store: Store,
  tenantId: string,
  filter: SessionFilter = {},
): Promise<Page<SessionEntry>> {
  const { from, to, model, state } = filter
  const place = readCursor(list, ['time', 'id'], filter.cursor)
  const size = pageSize(filter)
  const rows = await store.asTenant(tenantId, (within) => {
    let found = within
      .selectFrom('sessions')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      .where('opened_at', 'is not', null)
    if (from !== undefined) found = found.where('opened_at', '>=', from)
    if (to !== undefined) found = found.where('opened_at', '<', to)
    if (model !== undefined) found = found.where('model', '=', model)
    if (state !== undefined) found = found.where('ended_at', state === 'live' ? 'is' : 'is not', null)
    if (place !== null) found = found.where(sql<boolean>`(opened_at, id) < (${place[0]}::timestamptz, ${place[1]})`)
    return found
      .orderBy('opened_at', 'desc')
      .orderBy('id', 'desc')
      .limit(size + 1)
      .execute()
  })
  const known = rows.flatMap((row) => sessionOf(row) ?? [])
  return pageOf(
    known,
    size,
    (session) => session,
    ({ openedAt, id }) => writeCursor(list, [openedAt.toISOString(), id]),
  )
}

/** Null: the tenant has no such session, or its history was deleted. */
export async function findSession(store: Store, tenantId: string, id: string): Promise<SessionEntry | null> {
  const row = await store.asTenant(tenantId, (within) =>
    within.selectFrom('sessions').selectAll().where('tenant_id', '=', tenantId).where('id', '=', id).executeTakeFirst(),
  )
  return row === undefined ? null : sessionOf(row)
}

const list = 'sessions'

function sessionOf(row: Selectable<Schema['sessions']>): SessionEntry | null {
  const { tenant_id: tenantId, id, type, model, opened_at: openedAt } = row
  if (type === null || model === null || openedAt === null) return null
  return { tenantId, id, type, model, openedAt, endedAt: row.ended_at, endReason: row.end_reason }
}
