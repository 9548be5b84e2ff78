import { type Selectable, sql } from 'kysely'
import type { Schema } from '../schema.ts'
import type { Store } from '../store.ts'
import { readCursor, writeCursor } from './cursor.ts'
import { storableText } from './storable.ts'
import { type Page, type PageOptions, pageOf, pageSize } from './page.ts'

/** An item of a conversation as history knows it. */
export interface ItemEntry {
  tenantId: string
  sessionId: string
  id: string
  /** Orders the items of a session; it may have gaps. */
  position: number
  /** As clients were shown it last, without audio. */
  item: Readonly<Record<string, unknown>>
  createdAt: Date
}

export interface ItemOrder extends PageOptions {
  /** The newest first unless said. */
  order?: 'newest' | 'oldest' | undefined
}

/** A page of a session's items in the order of the conversation, from either end. Throws `Failure('client', 'invalid_cursor')`. */
export async function listItems(
  store: Store,
  tenantId: string,
  sessionId: string,
  options: ItemOrder = {},
): Promise<Page<ItemEntry>> {
  const { order = 'newest' } = options
  const [list, direction, beyond] =
    order === 'newest' ? (['items', 'desc', '<'] as const) : (['items up', 'asc', '>'] as const)
  const place = readCursor(list, ['number', 'id'], options.cursor)
  const size = pageSize(options)
  const rows = await store.asTenant(tenantId, (within) => {
    const all = within
      .selectFrom('conversation_items')
      .select(itemColumns)
      .where('tenant_id', '=', tenantId)
      .where('session_id', '=', sessionId)
      .where('position', 'is not', null)
    const page =
      place === null
        ? all
        : all.where(sql<boolean>`(position, item_id) ${sql.raw(beyond)} (${place[0]}::bigint, ${place[1]})`)
    return page
      .orderBy('position', direction)
      .orderBy('item_id', direction)
      .limit(size + 1)
      .execute()
  })
  return pageOf(rows, size, itemOf, ({ position, item_id }) => writeCursor(list, [position ?? '', item_id]))
}

/** Null: there is no such item, or it was deleted. */
export async function findItem(
  store: Store,
  tenantId: string,
  sessionId: string,
  id: string,
): Promise<ItemEntry | null> {
  const row = await store.asTenant(tenantId, (within) =>
    within
      .selectFrom('conversation_items')
      .select(itemColumns)
      .where('tenant_id', '=', tenantId)
      .where('session_id', '=', sessionId)
      .where('item_id', '=', storableText(id))
      .where('position', 'is not', null)
      .executeTakeFirst(),
  )
  return row === undefined ? null : itemOf(row)
}

export const itemColumns = ['tenant_id', 'session_id', 'item_id', 'position', 'item', 'created_at'] as const

type ItemRow = Pick<Selectable<Schema['conversation_items']>, (typeof itemColumns)[number]>

export const itemOf = ({ tenant_id, session_id, item_id, position, item, created_at }: ItemRow): ItemEntry => ({
  tenantId: tenant_id,
  sessionId: session_id,
  id: item_id,
  position: Number(position),
  item: item ?? {},
  createdAt: created_at,
})
