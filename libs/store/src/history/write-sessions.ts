import { sql } from 'kysely'
import type { Within } from '../store.ts'
import type { HistoryRecord, RecordOf } from './record.ts'
import { storableJson } from './storable.ts'

/**
 * Writes what facts say of their sessions, and makes a row for each session that has none. Answers which of them were deleted;
 * until the end of the transaction none else can be, because the rows are locked, in the order of their ids.
 */
export async function writeSessions(
  within: Within,
  tenantId: string,
  facts: readonly HistoryRecord[],
): Promise<Set<string>> {
  const bySession = Map.groupBy(facts, ({ sessionId }) => sessionId)
  const ids = [...bySession.keys()].sort()
  const rows = ids.map((id) => rowOf(id, bySession.get(id) ?? []))
  await sql`
    insert into sessions (tenant_id, id, type, model, opened_at, opened_number, ended_at, end_reason, ended_number)
    select ${tenantId}, fact.* from json_to_recordset(${storableJson(rows)}::json) as fact (
      id text, type text, model text, opened_at timestamptz, opened_number bigint,
      ended_at timestamptz, end_reason text, ended_number bigint)
    on conflict (tenant_id, id) do update set
      type = case when ${isOpened} then excluded.type else sessions.type end,
      model = case when ${isOpened} then excluded.model else sessions.model end,
      opened_at = case when ${isOpened} then excluded.opened_at else sessions.opened_at end,
      opened_number = greatest(sessions.opened_number, excluded.opened_number),
      ended_at = case when ${isEnded} then excluded.ended_at else sessions.ended_at end,
      end_reason = case when ${isEnded} then excluded.end_reason else sessions.end_reason end,
      ended_number = greatest(sessions.ended_number, excluded.ended_number)
    where sessions.deleted_at is null and (${isOpened} or ${isEnded})`.execute(within)
  const deleted = await within
    .selectFrom('sessions')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('id', 'in', ids)
    .where('deleted_at', 'is not', null)
    .execute()
  return new Set(deleted.map(({ id }) => id))
}

const isOpened = sql`excluded.opened_number > sessions.opened_number`
const isEnded = sql`excluded.ended_number > sessions.ended_number`

function rowOf(id: string, facts: readonly HistoryRecord[]): Record<string, unknown> {
  const opened = newest(facts.filter((fact): fact is RecordOf<'session_opened'> => fact.kind === 'session_opened'))
  const ended = newest(facts.filter((fact): fact is RecordOf<'session_ended'> => fact.kind === 'session_ended'))
  return {
    id,
    type: opened?.type,
    model: opened?.model,
    opened_at: opened?.at,
    opened_number: opened?.number ?? none,
    ended_at: ended?.at,
    end_reason: ended?.reason,
    ended_number: ended?.number ?? none,
  }
}

function newest<R extends HistoryRecord>(records: readonly R[]): R | null {
  return records.reduce<R | null>((best, one) => (best === null || one.number > best.number ? one : best), null)
}

/** Less than the number of any fact. */
const none = -1
