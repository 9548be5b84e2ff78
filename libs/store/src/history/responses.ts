import { type Selectable, sql } from 'kysely'
import type { Schema } from '../schema.ts'
import type { Store } from '../store.ts'
import { readCursor, writeCursor } from './cursor.ts'
import { type Page, type PageOptions, pageOf, pageSize } from './page.ts'

/** A response as history knows it. */
export interface ResponseEntry {
  tenantId: string
  sessionId: string
  id: string
  model: string
  /** As in `response.done`, without audio. */
  response: Readonly<Record<string, unknown>>
  createdAt: Date
}

/** A page of a session's responses, the last one first. Throws `Failure('client', 'invalid_cursor')`. */
export async function listResponses(
  store: Store,
  tenantId: string,
  sessionId: string,
  options: PageOptions = {},
): Promise<Page<ResponseEntry>> {
  const place = readCursor(list, ['number', 'id'], options.cursor)
  const size = pageSize(options)
  const rows = await store.asTenant(tenantId, (within) => {
    const all = within
      .selectFrom('responses')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      .where('session_id', '=', sessionId)
    const page =
      place === null ? all : all.where(sql<boolean>`(number, response_id) < (${place[0]}::bigint, ${place[1]})`)
    return page
      .orderBy('number', 'desc')
      .orderBy('response_id', 'desc')
      .limit(size + 1)
      .execute()
  })
  return pageOf(rows, size, responseOf, ({ number, response_id }) => writeCursor(list, [number, response_id]))
}

const list = 'responses'

const responseOf = (row: Selectable<Schema['responses']>): ResponseEntry => ({
  tenantId: row.tenant_id,
  sessionId: row.session_id,
  id: row.response_id,
  model: row.model,
  response: row.response,
  createdAt: row.created_at,
})
