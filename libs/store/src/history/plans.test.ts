import { expect, it } from 'vitest'
import { listItems, searchItems } from '../index.ts'
import { fillHistory, plansOf, usePostgres } from '../testing/index.ts'

const postgres = usePostgres()
const store = postgres.store()

it('The role of the application finds the last items and rare words by an index of one partition', async () => {
  await fillHistory(postgres.ownerUrl, 20_000)
  const [last = '', rare = ''] = await plansOf(async () => {
    expect((await listItems(store, 'big', 'sess_10')).entries).toHaveLength(100)
    expect((await searchItems(store, 'big', { text: 'rare' })).entries).toHaveLength(2)
  })
  expect(last).toMatch(/Scan.* on conversation_items_\d+_tenant_id_session_id_position_item_id_idx/)
  expect(rare).toMatch(/Bitmap Index Scan on conversation_items_\d+_search_idx/)
  for (const plan of [last, rare]) expect(plan).not.toMatch(/Seq Scan|Append/)
})
