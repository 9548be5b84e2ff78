import { Failure } from '@voicebox/kernel'
import { sql } from 'kysely'
import type { Store } from '../store.ts'

/** Days of UTC, both counted in, such as 2026-01-31; 366 at most. */
export interface Days {
  from: string
  to: string
}

export interface UsageOfDay {
  tenantId: string
  day: string
  model: string
  /** Such as `input_audio_tokens`, which also says what is counted. */
  modality: string
  amount: number
}

/** What a tenant used, by day, model and modality, in this order. Throws `Failure('client', 'invalid_days')`. */
export async function usageByDay(store: Store, tenantId: string, days: Days): Promise<UsageOfDay[]> {
  checkDays(days)
  const rows = await store.asTenant(tenantId, (within) =>
    within
      .selectFrom('usage_days')
      .select(['tenant_id', 'model', 'modality', 'amount', sql<string>`day::text`.as('day')])
      .where('tenant_id', '=', tenantId)
      .where(isWithin(days))
      .where(sql<boolean>`amount <> 0`)
      .orderBy('usage_days.day')
      .orderBy('model')
      .orderBy('modality')
      .execute(),
  )
  return rows.map(({ tenant_id, day, model, modality, amount }) => ({
    tenantId: tenant_id,
    day,
    model,
    modality,
    amount: exact(amount),
  }))
}

/** What a tenant used in all of these days, by modality. Throws `Failure('client', 'invalid_days')`. */
export async function usageTotals(store: Store, tenantId: string, days: Days): Promise<Record<string, number>> {
  checkDays(days)
  const rows = await store.asTenant(tenantId, (within) =>
    within
      .selectFrom('usage_days')
      .select(['modality', sql<string>`sum(amount)`.as('amount')])
      .where('tenant_id', '=', tenantId)
      .where(isWithin(days))
      .groupBy('modality')
      .orderBy('modality')
      .execute(),
  )
  return Object.fromEntries(rows.map(({ modality, amount }) => [modality, exact(amount)]))
}

const isWithin = ({ from, to }: Days) => sql<boolean>`day between ${from}::date and ${to}::date`

function checkDays({ from, to }: Days): void {
  const [first, last] = [from, to].map(timeOf)
  const days = ((last ?? Number.NaN) - (first ?? Number.NaN)) / dayMs
  if (!(days >= 0 && days < 366))
    throw new Failure('client', 'invalid_days', 'Days are given as YYYY-MM-DD, the first before the last, at most 366')
}

function timeOf(day: string): number {
  const time = /^(?!0000)\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00.000Z`) : Number.NaN
  // Date.parse takes 31 February for a day of March; Postgres knows no year 0
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day) ? time : Number.NaN
}

/** A number of Postgres's, of more digits than one of JavaScript's may have. */
function exact(amount: string): number {
  const number = Number(amount)
  if (Number.isSafeInteger(number)) return number
  throw new Failure('bug', 'amount_too_great', 'A sum of usage has more digits than a number keeps')
}

const dayMs = 86_400_000
