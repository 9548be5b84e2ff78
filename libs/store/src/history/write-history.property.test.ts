import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type HistoryRecord, writeHistory } from '../index.ts'
import { usePostgres } from '../testing/index.ts'

const postgres = usePostgres()
const store = postgres.store()

/** What is told of few things, so that facts of the same one are many. Their numbers are given by the order in which they are made. */
const fact = fc.record({
  session: fc.constantFrom('sess_a', 'sess_b'),
  which: fc.constantFrom('1', '2', '3'),
  kind: fc.constantFrom(
    'session_opened',
    'session_ended',
    'item',
    'item',
    'item_deleted',
    'response',
    'usage',
    'usage',
  ),
  text: fc.string({ maxLength: 8, unit: 'binary' }),
  count: fc.nat(1_000),
  minutes: fc.nat(2_880),
})

type Made = typeof fact extends fc.Arbitrary<infer T> ? T : never

function recordOf({ session, which, kind, text, count, minutes }: Made, index: number): HistoryRecord {
  const about = { sessionId: session, number: index, at: new Date(Date.UTC(2026, 0, 1, 0, minutes)) }
  switch (kind) {
    case 'session_opened':
      return { ...about, kind, type: 'realtime', model: text }
    case 'session_ended':
      return { ...about, kind, reason: text }
    case 'item':
      return { ...about, kind, itemId: `item_${which}`, position: count, item: { text }, words: text }
    case 'item_deleted':
      return { ...about, kind, itemId: `item_${which}` }
    case 'response':
      return { ...about, kind, responseId: `resp_${which}`, model: 'm', response: { text } }
    case 'usage':
      return { ...about, kind, turnId: `turn_${which}`, model: which, counts: { input_text_tokens: count } }
  }
}

/** The facts, and the batches in which they are told: all of them, some again, in any order. */
const told = fc.array(fact, { minLength: 1, maxLength: 40, size: 'max' }).chain((made) => {
  const records = made.map(recordOf)
  const again = fc.array(fc.nat(records.length - 1), { maxLength: 20, size: 'max' })
  const order = again.chain((more) => {
    const all = [...records.keys(), ...more]
    return fc.shuffledSubarray([...all.keys()], { minLength: all.length }).map((places) => places.map((at) => all[at]))
  })
  return fc.record({ records: fc.constant(records), order, sizes: fc.array(fc.integer({ min: 2, max: 20 })) })
})

const tables = ['sessions', 'conversation_items', 'responses', 'usage', 'usage_days'] as const

/** All rows of a tenant, without the tenant, when they were written, and days whose turns have all gone to another. */
async function everything(tenantId: string): Promise<Record<string, unknown[]>> {
  const kept: Record<string, unknown[]> = {}
  await store.asTenant(tenantId, async (within) => {
    for (const table of tables) {
      const rows: object[] = await within.selectFrom(table).selectAll().execute()
      const told = rows.filter((row) => !('amount' in row) || row.amount !== '0')
      const plain = told.map((row) => ({ ...row, tenant_id: null, written_at: null, search: null }))
      kept[table] = plain.map((row) => JSON.stringify(row)).sort()
    }
  })
  return kept
}

function batchesOf<T>(all: readonly T[], sizes: readonly number[]): T[][] {
  const batches: T[][] = []
  for (let from = 0, turn = 0; from < all.length; turn++) {
    const size = sizes[turn % Math.max(1, sizes.length)] ?? 7
    batches.push(all.slice(from, from + size))
    from += size
  }
  return batches
}

describe('Property: message persistence in the database', () => {
  it('facts give the same tables however often, in whichever order and batches they are told', async () => {
    let run = 0
    let [repeated, replaced, deleted] = [0, 0, 0]
    await fc.assert(
      fc.asyncProperty(told, async ({ records, order, sizes }) => {
        run += 1
        const [plain, mixed] = [`plain_${run}`, `mixed_${run}`]
        await writeHistory(store, plain, records)
        const batches = batchesOf(order, sizes).map((batch) => batch.flatMap((index) => records[index ?? -1] ?? []))
        for (const batch of batches) await writeHistory(store, mixed, batch)
        const expected = await everything(plain)
        expect(await everything(mixed)).toEqual(expected)
        // some of the same again, all at a time
        await Promise.all(batches.slice(0, 4).map((batch) => writeHistory(store, mixed, batch)))
        expect(await everything(mixed)).toEqual(expected)
        repeated += order.length - records.length
        const items = records.filter(({ kind }) => kind === 'item').length
        replaced +=
          items - (expected['conversation_items'] ?? []).filter((row) => !String(row).includes('"item":null')).length
        deleted += (expected['conversation_items'] ?? []).filter((row) => String(row).includes('"item":null')).length
      }),
      { numRuns: 20, endOnFailure: true },
    )
    expect(Math.min(repeated, replaced, deleted)).toBeGreaterThan(0)
  }, 120_000)

  it('the last fact of a thing is what is kept, and sums of days are those of their turns', async () => {
    await fc.assert(
      fc.asyncProperty(told, async ({ records, order }) => {
        const tenantId = `last_${crypto.randomUUID()}`
        const backwards = order.toReversed().flatMap((index) => records[index ?? -1] ?? [])
        for (const batch of batchesOf(backwards, [5])) await writeHistory(store, tenantId, batch)
        const { items, turns, days } = await store.asTenant(tenantId, async (within) => ({
          items: await within.selectFrom('conversation_items').selectAll().execute(),
          turns: await within.selectFrom('usage').select(['session_id', 'turn_id', 'counts']).execute(),
          days: await within.selectFrom('usage_days').select('amount').execute(),
        }))
        for (const { session_id, item_id, number, item } of items) {
          const last = records.findLast(
            (record) =>
              (record.kind === 'item' || record.kind === 'item_deleted') &&
              record.sessionId === session_id &&
              record.itemId === item_id,
          )
          expect(Number(number)).toBe(last?.number)
          expect(item === null).toBe(last?.kind === 'item_deleted')
        }
        const sum = turns.reduce((all, { counts }) => all + (counts['input_text_tokens'] ?? 0), 0)
        expect(days.reduce((all, { amount }) => all + Number(amount), 0)).toBe(sum)
      }),
      { numRuns: 20 },
    )
  }, 60_000)
})

it('Text that Postgres would refuse is written without what it refuses', async () => {
  const at = new Date('2026-01-01')
  const words = 'a\0b \ud800 \\u0000 \ud83d\ude00'
  await writeHistory(store, 'odd', [
    { kind: 'item', sessionId: 's\0', number: 1, at, itemId: 'i\0', position: 1, item: { words, 'k\0': 1 }, words },
    { kind: 'item', sessionId: 's', number: 2, at, itemId: 'i', position: 1, item: { words, 'k\0': 1 }, words },
    { kind: 'usage', sessionId: 's', number: 3, at, turnId: 't', model: 'm', counts: { a: Number.NaN, b: 1.4 } },
  ])
  const [row] = await store.asTenant('odd', (within) => within.selectFrom('conversation_items').selectAll().execute())
  const kept = 'ab \ufffd \\u0000 \u{1f600}'
  expect(row).toMatchObject({ session_id: 's', item_id: 'i', number: '2', words: kept, item: { words: kept, k: 1 } })
})
