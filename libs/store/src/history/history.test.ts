import { describe, expect, it } from 'vitest'
import {
  type HistoryRecord,
  deleteItemsBefore,
  deleteSessionHistory,
  deleteTenantHistory,
  findItem,
  findSession,
  listItems,
  listResponses,
  listSessions,
  searchItems,
  usageByDay,
  usageTotals,
  writeHistory,
} from '../index.ts'
import { usePostgres } from '../testing/index.ts'

const postgres = usePostgres()
const store = postgres.store()

const at = (minute: number): Date => new Date(Date.UTC(2026, 0, 1, 0, minute))

const item = (sessionId: string, number: number, words: string): HistoryRecord => ({
  kind: 'item',
  sessionId,
  number,
  at: at(number),
  itemId: `item_${number}`,
  position: number * 1000,
  item: { text: words },
  words,
})

const session = (sessionId: string, number: number, model = 'm'): HistoryRecord => ({
  kind: 'session_opened',
  sessionId,
  number,
  at: at(number),
  type: 'realtime',
  model,
})

const idsOf = ({ entries }: { entries: { id: string }[] }): string[] => entries.map(({ id }) => id)

describe('Sessions', () => {
  it('are listed with the last first, page by page, by model, time and state', async () => {
    await writeHistory(store, 'list', [session('sess_1', 1), session('sess_2', 2, 'other'), session('sess_3', 3)])
    await writeHistory(store, 'list', [
      { kind: 'session_ended', sessionId: 'sess_1', number: 9, at: at(9), reason: 'x' },
    ])
    const first = await listSessions(store, 'list', { limit: 2 })
    expect(idsOf(first)).toEqual(['sess_3', 'sess_2'])
    await writeHistory(store, 'list', [session('sess_4', 4)]) // moves nothing of what follows
    expect(await listSessions(store, 'list', { limit: 2, cursor: first.next })).toMatchObject({
      entries: [{ id: 'sess_1', endReason: 'x', endedAt: at(9) }],
      next: null,
    })
    expect(idsOf(await listSessions(store, 'list', { model: 'other' }))).toEqual(['sess_2'])
    expect(idsOf(await listSessions(store, 'list', { state: 'ended' }))).toEqual(['sess_1'])
    expect(idsOf(await listSessions(store, 'list', { state: 'live', from: at(2), to: at(4) }))).toEqual([
      'sess_3',
      'sess_2',
    ])
    expect(await findSession(store, 'list', 'sess_2')).toMatchObject({ model: 'other', endedAt: null })
    expect(await findSession(store, 'list', 'sess_none')).toBeNull()
  })
})

describe('Items', () => {
  it('are listed from either end, page by page, without those that were deleted', async () => {
    await writeHistory(
      store,
      'items',
      [1, 2, 3, 4].map((number) => item('sess_1', number, `word ${number}`)),
    )
    await writeHistory(store, 'items', [
      { kind: 'item_deleted', sessionId: 'sess_1', number: 9, at: at(9), itemId: 'item_2' },
    ])
    const first = await listItems(store, 'items', 'sess_1', { limit: 2 })
    expect(idsOf(first)).toEqual(['item_4', 'item_3'])
    expect(idsOf(await listItems(store, 'items', 'sess_1', { limit: 2, cursor: first.next }))).toEqual(['item_1'])
    expect(idsOf(await listItems(store, 'items', 'sess_1', { order: 'oldest' }))).toEqual([
      'item_1',
      'item_3',
      'item_4',
    ])
    expect(await findItem(store, 'items', 'sess_1', 'item_1')).toMatchObject({
      item: { text: 'word 1' },
      createdAt: at(1),
    })
    expect(await findItem(store, 'items', 'sess_1', 'item_2')).toBeNull()
  })

  it('are found by words, phrases and what they lack, with what was found marked', async () => {
    const said = ['The blue train is late', 'A train of blue thoughts', 'Nothing', 'tenant find']
    await writeHistory(
      store,
      'find',
      said.map((words, index) => item('sess_1', index + 1, words)),
    )
    await writeHistory(store, 'find2', [item('sess_1', 1, 'another blue train')])
    const search = async (text: string) => idsOf(await searchItems(store, 'find', { text }))
    expect(await search('TRAIN blue')).toEqual(['item_2', 'item_1'])
    expect(await search('"blue train"')).toEqual(['item_1'])
    expect(await search('train -late')).toEqual(['item_2'])
    expect(await search('nothing or late')).toEqual(['item_3', 'item_1'])
    for (const empty of ['', ' !? ', "'", '\0']) expect(await search(empty)).toEqual([])
    const first = await searchItems(store, 'find', { text: 'train', limit: 1 })
    expect(first.entries[0]?.snippet).toEqual([
      { text: 'A ', isFound: false },
      { text: 'train', isFound: true },
      { text: ' of blue thoughts', isFound: false },
    ])
    expect(idsOf(await searchItems(store, 'find', { text: 'train', limit: 1, cursor: first.next }))).toEqual(['item_1'])
    await expect(search('x'.repeat(501))).rejects.toMatchObject({ kind: 'client', code: 'invalid_search' })
  })
})

it('Responses are listed with the last first', async () => {
  const response = (number: number): HistoryRecord => ({
    kind: 'response',
    sessionId: 'sess_1',
    number,
    at: at(number),
    responseId: `resp_${number}`,
    model: 'm',
    response: { number },
  })
  await writeHistory(store, 'resp', [1, 2, 3].map(response))
  const first = await listResponses(store, 'resp', 'sess_1', { limit: 2 })
  expect(idsOf(first)).toEqual(['resp_3', 'resp_2'])
  expect(idsOf(await listResponses(store, 'resp', 'sess_1', { cursor: first.next }))).toEqual(['resp_1'])
})

it('Usage is added up by day, model and modality, exactly', async () => {
  const usage = (number: number, day: number, amount: number): HistoryRecord => ({
    kind: 'usage',
    sessionId: 'sess_1',
    number,
    at: new Date(Date.UTC(2026, 0, day, 23, 59)),
    turnId: `turn_${number}`,
    model: 'm',
    counts: { input_text_tokens: amount, output_audio_tokens: 1 },
  })
  await writeHistory(store, 'use', [usage(1, 1, 2 ** 52), usage(2, 1, 1), usage(3, 2, 5)])
  const days = { from: '2026-01-01', to: '2026-01-02' }
  const about = { tenantId: 'use', model: 'm' }
  expect(await usageByDay(store, 'use', days)).toEqual([
    { ...about, day: '2026-01-01', modality: 'input_text_tokens', amount: 2 ** 52 + 1 },
    { ...about, day: '2026-01-01', modality: 'output_audio_tokens', amount: 2 },
    { ...about, day: '2026-01-02', modality: 'input_text_tokens', amount: 5 },
    { ...about, day: '2026-01-02', modality: 'output_audio_tokens', amount: 1 },
  ])
  expect(await usageTotals(store, 'use', days)).toEqual({ input_text_tokens: 2 ** 52 + 6, output_audio_tokens: 3 })
  for (const to of ['2025-12-31', '2027-01-02', '2026-02-31', 'x'])
    await expect(usageTotals(store, 'use', { ...days, to })).rejects.toMatchObject({ code: 'invalid_days' })
})

it('A cursor of another list, or of nobody, is refused as the mistake of who sent it', async () => {
  await writeHistory(store, 'cursor', [session('sess_1', 1), session('sess_2', 2)])
  const { next } = await listSessions(store, 'cursor', { limit: 1 })
  const invalid = { kind: 'client', code: 'invalid_cursor' }
  for (const cursor of [next, 'x', '', Buffer.from('["items","1","2","3"]').toString('base64url')])
    await expect(listItems(store, 'cursor', 'sess_1', { cursor })).rejects.toMatchObject(invalid)
})

describe('Deletion', () => {
  it('of a session takes its history in parts, and nothing that is told late brings it back', async () => {
    const facts = [session('sess_1', 0), ...[1, 2, 3].map((number) => item('sess_1', number, 'gone'))]
    await writeHistory(store, 'del', [...facts, item('sess_2', 1, 'kept')])
    expect(await deleteSessionHistory(store, 'del', 'sess_1', 2)).toEqual({ sessions: 1, items: 2, responses: 0 })
    expect(await deleteSessionHistory(store, 'del', 'sess_1', 2)).toEqual({ sessions: 0, items: 1, responses: 0 })
    await writeHistory(store, 'del', [...facts, item('sess_1', 7, 'late')])
    expect(idsOf(await listItems(store, 'del', 'sess_1'))).toEqual([])
    expect(await findSession(store, 'del', 'sess_1')).toBeNull()
    expect(idsOf(await listItems(store, 'del', 'sess_2'))).toEqual(['item_1'])
  })

  it('of all that a tenant said leaves the sessions that begin later', async () => {
    const facts = ['sess_1', 'sess_2', 'sess_3'].flatMap((id) => [session(id, 0), item(id, 1, 'gone')])
    await writeHistory(store, 'all', facts)
    const before = new Date(Date.now() + 60_000)
    expect(await deleteTenantHistory(store, 'all', before, 2)).toEqual({ sessions: 2, items: 2, responses: 0 })
    expect(await deleteTenantHistory(store, 'all', before, 2)).toEqual({ sessions: 1, items: 1, responses: 0 })
    await writeHistory(store, 'all', facts)
    expect(await listSessions(store, 'all')).toEqual({ entries: [], next: null })
    expect(await deleteTenantHistory(store, 'all', new Date(0))).toEqual({ sessions: 0, items: 0, responses: 0 })
  })

  it('of what is old takes items of before a time, and sessions of then that have none', async () => {
    await writeHistory(store, 'old', [session('sess_1', 0), item('sess_1', 1, 'old'), item('sess_1', 5, 'young')])
    expect(await deleteItemsBefore(store, 'old', at(3))).toEqual({ items: 1, responses: 0, sessions: 0 })
    expect(idsOf(await listItems(store, 'old', 'sess_1'))).toEqual(['item_5'])
    const later = new Date(Date.now() + 60_000)
    expect(await deleteItemsBefore(store, 'old', later)).toEqual({ items: 1, responses: 0, sessions: 1 })
  })
})
