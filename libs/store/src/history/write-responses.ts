import { sql } from 'kysely'
import type { Within } from '../store.ts'
import { keepNewest, newestByKey } from './newest.ts'
import type { HistoryRecord } from './record.ts'
import { storableJson, storableText } from './storable.ts'

/** Writes what facts say of responses. */
export async function writeResponses(within: Within, tenantId: string, facts: readonly HistoryRecord[]): Promise<void> {
  const rows = newestByKey(facts.flatMap(rowsOf), (row) => `${row.session_id} ${row.response_id}`)
  if (rows.length === 0) return
  await sql`
    insert into responses (tenant_id, session_id, response_id, number, created_at, model, response)
    select ${tenantId}, fact.* from json_to_recordset(${storableJson(rows)}::json) as fact (
      session_id text, response_id text, number bigint, created_at timestamptz, model text, response jsonb)
    on conflict (tenant_id, session_id, response_id) ${keepNewest('responses', ['model', 'response'])}`.execute(within)
}

interface ResponseRow {
  session_id: string
  response_id: string
  number: number
  created_at: Date
  model: string
  response: object
}

function rowsOf(fact: HistoryRecord): ResponseRow[] {
  if (fact.kind !== 'response') return []
  const { sessionId: session_id, number, at: created_at, model, response } = fact
  return [{ session_id, response_id: storableText(fact.responseId), number, created_at, model, response }]
}
