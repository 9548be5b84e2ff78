import { sql } from 'kysely'
import type { Within } from '../store.ts'
import { keepNewest, newestByKey } from './newest.ts'
import type { HistoryRecord } from './record.ts'
import { storableJson, storableText } from './storable.ts'

/** Writes what facts say of items. A deleted item leaves its id and the number of that fact. */
export async function writeItems(within: Within, tenantId: string, facts: readonly HistoryRecord[]): Promise<void> {
  const rows = newestByKey(facts.flatMap(rowsOf), (row) => `${row.session_id} ${row.item_id}`)
  if (rows.length === 0) return
  await sql`
    insert into conversation_items (tenant_id, session_id, item_id, number, created_at, position, item, words)
    select ${tenantId}, fact.* from json_to_recordset(${storableJson(rows)}::json) as fact (
      session_id text, item_id text, number bigint, created_at timestamptz, position bigint, item jsonb, words text)
    on conflict (tenant_id, session_id, item_id)
    ${keepNewest('conversation_items', ['position', 'item', 'words'])}`.execute(within)
}

interface ItemRow {
  session_id: string
  item_id: string
  number: number
  created_at: Date
  /** Null, as what follows: it is deleted. */
  position: number | null
  item: object | null
  words: string | null
}

function rowsOf(fact: HistoryRecord): ItemRow[] {
  if (fact.kind !== 'item' && fact.kind !== 'item_deleted') return []
  const { sessionId: session_id, number, at: created_at } = fact
  const about = { session_id, item_id: storableText(fact.itemId), number, created_at }
  if (fact.kind === 'item_deleted') return [{ ...about, position: null, item: null, words: null }]
  return [{ ...about, position: fact.position, item: fact.item, words: fact.words.slice(0, maxWords) }]
}

/** In characters: an item is found by what it begins with. Postgres keeps no more than a megabyte of distinct words. */
const maxWords = 50_000
