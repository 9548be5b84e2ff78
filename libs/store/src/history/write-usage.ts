import { sql } from 'kysely'
import type { Within } from '../store.ts'
import type { HistoryRecord, RecordOf } from './record.ts'
import { storableJson, storableText } from './storable.ts'

/**
 * Writes what turns took, and adds to the sums of their days what that changes. The sessions must be locked: between the look
 * at what is there and the change of it nobody else may write their turns.
 */
export async function writeUsage(within: Within, tenantId: string, facts: readonly HistoryRecord[]): Promise<void> {
  const told = newestTurns(facts.filter((fact): fact is RecordOf<'usage'> => fact.kind === 'usage').map(turnOf))
  if (told.size === 0) return
  const known = await knownTurns(within, tenantId, [...told.values()])
  const changed = [...told].filter(([key, { number }]) => number > (known.get(key)?.number ?? -1))
  if (changed.length === 0) return
  const rows = storableJson(changed.map(([, turn]) => turn))
  await sql`
    insert into usage (tenant_id, session_id, turn_id, number, at, day, model, counts)
    select ${tenantId}, fact.* from json_to_recordset(${rows}::json) as fact (
      session_id text, turn_id text, number bigint, at timestamptz, day date, model text, counts jsonb)
    on conflict (tenant_id, session_id, turn_id) do update set
      number = excluded.number, at = excluded.at, day = excluded.day, model = excluded.model, counts = excluded.counts`.execute(
    within,
  )
  const changes = changed.flatMap(([key, turn]) => [...amountsOf(turn, 1), ...amountsOf(known.get(key), -1)])
  await addToDays(within, tenantId, changes)
}

interface Turn {
  session_id: string
  turn_id: string
  number: number
  /** Such as 2026-01-31, of UTC. */
  day: string
  model: string
  counts: Readonly<Record<string, number>>
}

type Amount = Pick<Turn, 'day' | 'model'> & { modality: string; amount: number }

function turnOf({ sessionId, turnId, number, at, model, counts }: RecordOf<'usage'>): Turn & { at: Date } {
  const whole = Object.entries(counts).map(([name, count]) => [storableText(name), wholeNumber(count)])
  return {
    session_id: sessionId,
    turn_id: storableText(turnId),
    number,
    at,
    day: at.toISOString().slice(0, 10),
    model: storableText(model),
    counts: Object.fromEntries(whole) as Record<string, number>,
  }
}

/** What cannot be added up counts as nothing, rather than that it holds up all that is written with it. */
function wholeNumber(count: number): number {
  const whole = Math.round(count)
  return Number.isSafeInteger(whole) ? whole : 0
}

function newestTurns<T extends Turn>(turns: readonly T[]): Map<string, T> {
  const newest = new Map<string, T>()
  for (const turn of turns) {
    const known = newest.get(keyOf(turn))
    if (known === undefined || turn.number > known.number) newest.set(keyOf(turn), turn)
  }
  return newest
}

async function knownTurns(within: Within, tenantId: string, turns: readonly Turn[]): Promise<Map<string, Turn>> {
  const keys = storableJson(turns.map(({ session_id, turn_id }) => ({ session_id, turn_id })))
  const { rows } = await sql<Turn>`
    select session_id, turn_id, number::float8 as number, day::text as day, model, counts
    from usage join json_to_recordset(${keys}::json) as told (session_id text, turn_id text) using (session_id, turn_id)
    where tenant_id = ${tenantId}`.execute(within)
  return new Map(rows.map((row) => [keyOf(row), row]))
}

function amountsOf(turn: Turn | undefined, sign: 1 | -1): Amount[] {
  if (turn === undefined) return []
  const { day, model, counts } = turn
  return Object.entries(counts).map(([modality, count]) => ({ day, model, modality, amount: sign * count }))
}

/** In the order of the key, so that those who write the same days at a time wait for each other, and never both. */
async function addToDays(within: Within, tenantId: string, amounts: readonly Amount[]): Promise<void> {
  await sql`
    insert into usage_days (tenant_id, day, model, modality, amount)
    select ${tenantId}, day, model, modality, sum(amount)::bigint
    from json_to_recordset(${storableJson(amounts)}::json) as change (day date, model text, modality text, amount bigint)
    group by day, model, modality order by day, model, modality
    on conflict (tenant_id, day, model, modality) do update set amount = usage_days.amount + excluded.amount`.execute(
    within,
  )
}

const keyOf = ({ session_id, turn_id }: Turn): string => `${session_id} ${turn_id}`
