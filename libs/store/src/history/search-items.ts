import { Failure } from '@voicebox/kernel'
import { sql } from 'kysely'
import type { Store } from '../store.ts'
import { readCursor, writeCursor } from './cursor.ts'
import { type ItemEntry, itemColumns, itemOf } from './items.ts'
import { type Page, type PageOptions, pageOf, pageSize } from './page.ts'
import { storableText } from './storable.ts'

/** An item that was found. */
export interface FoundItem extends ItemEntry {
  /** What was said around the first words that were found. */
  snippet: { text: string; isFound: boolean }[]
}

export interface ItemSearch extends PageOptions {
  /** As one types it: all words, `"a phrase"`, `or`, `-without`. At most 500 characters. */
  text: string
  sessionId?: string | undefined
  /** Created at this time or later. */
  from?: Date | undefined
  /** Created before. */
  to?: Date | undefined
}

/**
 * A page of a tenant's items by what was said in them, the newest first. Words are found as they are, in whichever case; text
 * without a word finds nothing. Throws `Failure('client', …)`: `invalid_cursor`, `invalid_search` (too long).
 */
export async function searchItems(store: Store, tenantId: string, search: ItemSearch): Promise<Page<FoundItem>> {
  const { text, sessionId, from, to } = search
  if (text.length > maxText)
    throw new Failure('client', 'invalid_search', `A search has at most ${maxText} characters, this has ${text.length}`)
  const place = readCursor(list, ['time', 'id', 'id'], search.cursor)
  const size = pageSize(search)
  const rows = await store.asTenant(tenantId, async (within) => {
    // the policy of this role asks the index; it shows less than that of `voicebox_app`, and never more
    await sql`select set_config('role', 'voicebox_search', true),
      set_config('voicebox.sought', ${storableText(text)}, true)`.execute(within)
    let found = within
      .selectFrom('conversation_items')
      .select([...itemColumns, 'words'])
      .where('tenant_id', '=', tenantId)
    if (sessionId !== undefined) found = found.where('session_id', '=', sessionId)
    if (from !== undefined) found = found.where('created_at', '>=', from)
    if (to !== undefined) found = found.where('created_at', '<', to)
    if (place !== null)
      found = found.where(
        sql<boolean>`(created_at, session_id, item_id) < (${place[0]}::timestamptz, ${place[1]}, ${place[2]})`,
      )
    const page = found
      .orderBy('created_at', 'desc')
      .orderBy('session_id', 'desc')
      .orderBy('item_id', 'desc')
      .limit(size + 1)
    return within
      .selectFrom(page.as('page'))
      .select([...itemColumns, headline.as('headline')])
      .execute()
  })
  const entryOf = (row: (typeof rows)[number]): FoundItem => ({ ...itemOf(row), snippet: snippetOf(row.headline) })
  return pageOf(rows, size, entryOf, ({ created_at, session_id, item_id }) =>
    writeCursor(list, [created_at.toISOString(), session_id, item_id]),
  )
}

const list = 'search'
const maxText = 500

/** Marks what was found by two characters that are taken out of what was said. */
const [begin, end] = ['\u0001', '\u0002']
const marks = `StartSel="${begin}", StopSel="${end}", MaxWords=24, MinWords=12`
const headline = sql<string>`
  ts_headline('simple', translate(left(words, 5000), ${begin + end}, ''), voicebox_sought(), ${marks})`

function snippetOf(marked: string): FoundItem['snippet'] {
  return marked
    .split(begin)
    .flatMap((piece, index) => {
      if (index === 0) return [{ text: piece, isFound: false }]
      const [found = '', rest = ''] = piece.split(end)
      return [
        { text: found, isFound: true },
        { text: rest, isFound: false },
      ]
    })
    .filter(({ text }) => text !== '')
}
