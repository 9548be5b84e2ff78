import { randomBytes } from 'node:crypto'
import { type SessionId, newId, silentLog, sleep } from '@voicebox/kernel'
import { parseAllowList } from '@voicebox/outbound'
import {
  appendAudit,
  createTenant,
  type HistoryRecord,
  listAudit,
  listResponses,
  listSessions,
  usageTotals,
  writeHistory,
} from '@voicebox/store'
import { ageAudit, usePostgres } from '@voicebox/store/testing'
import {
  appendAudio,
  type Chore,
  choreRules,
  type Chores,
  countHistory,
  createSession,
  drainHistory,
  findSession,
  heardAudio,
  openChores,
  runChores,
} from '@voicebox/streams'
import { useRedis } from '@voicebox/streams/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { historyIn } from './history-in.ts'
import { sessionsIn } from './sessions-in.ts'
import { performer } from './perform.ts'
import type { TenantRules } from './tenant-rules.ts'

const patient = { timeout: 20_000, interval: 20 }
const quick = { ...choreRules.deletion, attempts: 30, retryAfterMs: 20 }

describe('Chores', { timeout: 60_000 }, () => {
  const server = useRedis('one server', { each: true })
  const redis = server.handle()
  const postgres = usePostgres()
  const store = postgres.store()

  function start(rules: Partial<TenantRules> = {}): Chores {
    const chores = open()
    run(chores, rules)
    return chores
  }

  function open(): Chores {
    const chores = openChores(redis, { log: silentLog, rules: { retention: quick, deletion: quick, webhook: quick } })
    onTestFinished(() => chores.close())
    return chores
  }

  function run(chores: Chores, rules: Partial<TenantRules> = {}): void {
    const runner = runChores(redis, {
      perform: performer({
        store,
        history: historyIn(store),
        rules: { itemDays: async () => 30, webhooks: async () => [], ...rules },
        sessions: sessionsIn(redis, { holder: 'housekeeper', onEnded: () => {}, log: silentLog }),
        chores,
        allow: parseAllowList([]),
        auditDays: 400,
        log: silentLog,
      }),
      concurrency: { retention: 1, deletion: 2, webhook: 2 },
      claimAfterMs: 5_000,
      onOutcome: () => {},
      log: silentLog,
    })
    onTestFinished(() => runner.close())
  }

  /** Of all sessions. */
  async function itemsOf(tenantId: string): Promise<string[]> {
    const rows = await store.asTenant(tenantId, (within) =>
      within
        .selectFrom('conversation_items')
        .select('item_id')
        .where('item', 'is not', null)
        .orderBy('item_id')
        .execute(),
    )
    return rows.map((row) => row.item_id)
  }
  async function addItem(tenantId: string, sessionId: string, itemId: string, daysAgo: number): Promise<void> {
    const at = new Date(Date.now() - daysAgo * 86_400_000)
    const about = { sessionId, number: at.getTime(), at, itemId, position: at.getTime(), item: {}, words: '' }
    await writeHistory(store, tenantId, [{ kind: 'item', ...about }])
  }
  const actionsOf = async (tenantId: string): Promise<string[]> =>
    (await listAudit(store, tenantId)).map(({ action }) => action)
  const newTenant = async (): Promise<string> => {
    const id = `t${randomBytes(6).toString('hex')}`
    await createTenant(store, { id, name: id })
    return id
  }

  /** A session that somebody drives, with audio. */
  async function openSession(tenantId: string): Promise<SessionId> {
    const sessionId = newId('sess')
    const about = { tenantId, sessionId, holder: 'gateway', ttlMs: 60_000, onTaken: () => {}, log: silentLog }
    const hold = await createSession(redis, about)
    await appendAudio(redis, hold, 'item_1', 0, new Uint8Array(3_200), { final: false })
    onTestFinished(() => hold.close())
    return sessionId
  }

  it('of retention delete what is older than its tenant keeps it, of every tenant, and nothing else', async () => {
    const [short, long] = [await newTenant(), await newTenant()]
    for (const tenantId of [short, long])
      for (const [itemId, daysAgo] of [
        ['old', 40],
        ['older', 8],
        ['new', 1],
      ] as const)
        await addItem(tenantId, 'sess_1', itemId, daysAgo)
    await appendAudit(store, [{ tenantId: short, action: 'old', actor: 'operator', subject: null, details: {} }])
    await ageAudit(postgres.ownerUrl, short, 'old', 401)
    const chores = start({ itemDays: async (tenantId) => (tenantId === short ? 7 : 30) })
    await chores.scheduleRetention(600_000)
    await vi.waitFor(async () => {
      expect(await itemsOf(short)).toEqual(['new'])
      expect(await itemsOf(long)).toEqual(['new', 'older'])
      expect(await actionsOf(short)).toEqual(['tenant.created'])
    }, patient)
  })

  it('of deletion end a session that lives, and leave nothing of it in Redis or Postgres', async () => {
    const tenantId = await newTenant()
    const [sessionId, other] = [await openSession(tenantId), await openSession(tenantId)]
    await addItem(tenantId, sessionId, 'mine', 0)
    await addItem(tenantId, other, 'other', 0)
    const chores = start()
    const chore: Chore = { kind: 'deletion', tenantId, subject: { kind: 'session', sessionId }, actor: 'key_1' }
    await chores.add(chore, { atMs: 1, name: 'a' })
    await vi.waitFor(async () => expect(await actionsOf(tenantId)).toContain('deletion.done'), patient)
    expect(await itemsOf(tenantId)).toEqual(['other'])
    expect(await findSession(redis, { tenantId, sessionId })).toBeNull()
    expect(await heardAudio(redis, { tenantId, sessionId }, 'item_1', 10_000)).toHaveLength(0)
    expect((await server.keys(`*${sessionId}*`)).filter((key) => !key.startsWith('sess:'))).toEqual([])
    expect(await findSession(redis, { tenantId, sessionId: other })).not.toBeNull()
    expect(await heardAudio(redis, { tenantId, sessionId: other }, 'item_1', 10_000)).toHaveLength(3_200)
    expect((await listAudit(store, tenantId))[0]).toMatchObject({
      action: 'deletion.done',
      actor: 'key_1',
      subject: sessionId,
      details: { kind: 'session', chore: 'deletion.0000000000000001.' + tenantId + '.a' },
    })
  })

  it('of deletion do nothing to what is of another tenant', async () => {
    const [mine, theirs] = [await newTenant(), await newTenant()]
    const sessionId = await openSession(theirs)
    await addItem(theirs, sessionId, 'theirs', 0)
    const chores = start()
    const subject = { kind: 'session' as const, sessionId }
    await chores.add({ kind: 'deletion', tenantId: mine, subject, actor: 'key_1' }, { atMs: 1, name: 'a' })
    await vi.waitFor(async () => expect((await chores.counts('deletion')).done).toBe(1), patient)
    expect(await findSession(redis, { tenantId: theirs, sessionId })).not.toBeNull()
    expect(await itemsOf(theirs)).toEqual(['theirs'])
  })

  it('of deletion take all that a tenant has, or one item', async () => {
    const tenantId = await newTenant()
    const living = await openSession(tenantId)
    for (const itemId of ['one', 'two']) await addItem(tenantId, 'sess_before', itemId, 3)
    const chores = start()
    const item = { kind: 'item' as const, sessionId: 'sess_before' as const, itemId: 'one' }
    await chores.add({ kind: 'deletion', tenantId, subject: item, actor: 'key_1' }, { atMs: 1, name: 'a' })
    await vi.waitFor(async () => expect(await itemsOf(tenantId)).toEqual(['two']), patient)
    await chores.add(
      { kind: 'deletion', tenantId, subject: { kind: 'history' }, actor: 'key_1' },
      { atMs: 2, name: 'b' },
    )
    await vi.waitFor(async () => expect(await itemsOf(tenantId)).toEqual([]), patient)
    await vi.waitFor(async () => expect((await chores.counts('deletion')).done).toBe(2), patient)
    expect(await findSession(redis, { tenantId, sessionId: living })).toBeNull()
  })

  /** A session that has told of an item and of what it took, and ended: nothing of that is written down yet. */
  async function endedSession(tenantId: string, itemId: string): Promise<SessionId> {
    const sessionId = newId('sess')
    const history = { maxUnwrittenBytes: 1_000_000, onFull: () => {} }
    const about = { tenantId, sessionId, holder: 'gateway', ttlMs: 60_000, onTaken: () => {}, history, log: silentLog }
    const hold = await createSession(redis, about)
    const facts = [
      { kind: 'session_opened', type: 'realtime', model: 'm' },
      { kind: 'item', itemId, position: 1, item: { itemId }, words: 'marigold' },
      { kind: 'response', responseId: `resp_${itemId}`, model: 'm', response: {} },
      { kind: 'usage', turnId: 'turn_1', model: 'm', counts: { input_text_tokens: 7 } },
    ]
    const told = facts.map((fact, at) => ({ number: at + 1, atMs: Date.now(), fact }))
    await hold.commit({ set: [], drop: [], save: [], forget: [], sent: [], history: told, resultsUpTo: 0 })
    await hold.end('closed')
    await hold.close()
    return sessionId
  }

  async function writeAllHistory(): Promise<void> {
    const write = (tenantId: string, facts: readonly object[]) =>
      writeHistory(store, tenantId, facts as readonly HistoryRecord[])
    await vi.waitFor(async () => {
      await drainHistory(redis, { write, log: silentLog })
      expect(await countHistory(redis)).toBe(0)
    }, patient)
  }

  it.each(['before', 'after'] as const)(
    'of deletion let nothing come back that was told while Postgres was away and is written %s them',
    async (order) => {
      const [tenantId, other] = [await newTenant(), await newTenant()]
      await addItem(tenantId, 'sess_1', 'written', 0)
      await postgres.stop()
      const sessionId = await endedSession(tenantId, 'waiting')
      await endedSession(other, 'theirs')
      const chores = open()
      await chores.add(
        { kind: 'deletion', tenantId, subject: { kind: 'history' }, actor: 'key_1' },
        { atMs: 1, name: 'a' },
      )
      if (order === 'after') run(chores)
      await sleep(2) // what follows is told later than it was asked for
      await endedSession(tenantId, 'later')
      await postgres.start()
      if (order === 'before') {
        await writeAllHistory()
        expect(await itemsOf(tenantId)).toEqual(['later', 'waiting', 'written'])
        run(chores)
      }
      await vi.waitFor(async () => expect((await chores.counts('deletion')).done).toBe(1), patient)
      await writeAllHistory()
      expect(await itemsOf(tenantId)).toEqual(['later'])
      expect((await listResponses(store, tenantId, sessionId)).entries).toEqual([])
      expect((await listSessions(store, tenantId)).entries).toHaveLength(1)
      expect(await itemsOf(other)).toEqual(['theirs'])
      const today = new Date().toISOString().slice(0, 10)
      expect(await usageTotals(store, tenantId, { from: today, to: today })).toEqual({ input_text_tokens: 14 })
    },
  )

  it('of deletion let nothing come back of one session that waits', async () => {
    const tenantId = await newTenant()
    await postgres.stop()
    const sessionId = await endedSession(tenantId, 'waiting')
    await endedSession(tenantId, 'other')
    const chores = start()
    const subject = { kind: 'session' as const, sessionId }
    await chores.add({ kind: 'deletion', tenantId, subject, actor: 'key_1' }, { atMs: 1, name: 'a' })
    await postgres.start()
    await vi.waitFor(async () => expect((await chores.counts('deletion')).done).toBe(1), patient)
    await writeAllHistory()
    expect(await itemsOf(tenantId)).toEqual(['other'])
  })

  it('wait for Postgres where it is away', async () => {
    const tenantId = await newTenant()
    await addItem(tenantId, 'sess_1', 'mine', 0)
    await postgres.stop()
    const chores = start()
    await chores.add(
      { kind: 'deletion', tenantId, subject: { kind: 'history' }, actor: 'key_1' },
      { atMs: 1, name: 'a' },
    )
    await vi.waitFor(async () => {
      const { chores: listed } = await chores.list({ tenantId, state: 'delayed' })
      expect(listed[0]?.cause).toMatch(/^database_failed/)
    }, patient)
    await postgres.start()
    await vi.waitFor(async () => expect(await itemsOf(tenantId)).toEqual([]), patient)
  })
})
