import { Failure, sleep, silentLog } from '@voicebox/kernel'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  type Chore,
  type ChoreContext,
  type ChoreRunner,
  choreRules,
  type Chores,
  openChores,
  type Redis,
  runChores,
} from '../index.ts'
import { redisKinds, useRedis } from '../testing/index.ts'

const patient = { timeout: 20_000, interval: 20 }
const quick = { attempts: 3, retryAfterMs: 20, maxWaiting: 50, maxFailed: 3, maxDone: 100, doneForS: 60 }
const rules = { retention: quick, deletion: quick, webhook: quick }

const event = (id: string) => ({
  id,
  object: 'event' as const,
  type: 'session.ended' as const,
  created_at: 1_700_000_000,
  data: { session_id: 'sess_1' },
})
const telling = (tenantId: string, id = 'evt_1'): Chore => ({
  kind: 'webhook',
  tenantId,
  webhookId: null,
  event: event(id),
})
const deletionOf = (tenantId: string): Chore => ({
  kind: 'deletion',
  tenantId,
  subject: { kind: 'history' },
  actor: 'operator',
})

describe.each(redisKinds)('Chores, on %s,', { timeout: 60_000 }, (kind) => {
  const server = useRedis(kind, { each: true })
  const redis = server.handle()

  function chores(): Chores {
    const opened = openChores(redis, { log: silentLog, rules })
    onTestFinished(() => opened.close())
    return opened
  }

  function run(
    perform: (chore: Chore, context: ChoreContext) => Promise<void>,
    { claimAfterMs = 5_000, on = redis }: { claimAfterMs?: number; on?: Redis } = {},
  ): { runner: ChoreRunner; outcomes: string[] } {
    const outcomes: string[] = []
    const runner = runChores(on, {
      perform,
      concurrency: { retention: 1, deletion: 2, webhook: 2 },
      claimAfterMs,
      onOutcome: (of, outcome) => outcomes.push(`${of} ${outcome}`),
      log: silentLog,
    })
    onTestFinished(() => runner.close())
    return { runner, outcomes }
  }

  it('are done once each, and of one that is added twice one is there', async () => {
    const all = chores()
    const done: Chore[] = []
    expect(await all.add(telling('acme'), { atMs: 1, name: 'evt_1' })).toEqual({
      kind: 'added',
      id: 'webhook.0000000000000001.acme.evt_1',
    })
    await all.add(telling('acme'), { atMs: 1, name: 'evt_1' })
    run(async (chore) => void done.push(chore))
    await vi.waitFor(() => expect(done).toEqual([telling('acme')]), patient)
    await all.add(telling('acme'), { atMs: 1, name: 'evt_1' }) // also once it was done
    await all.add(telling('acme', 'evt_2'), { atMs: 2, name: 'evt_2' })
    await vi.waitFor(() => expect(done).toHaveLength(2), patient)
    expect(done[1]).toEqual(telling('acme', 'evt_2'))
  })

  it('are tried again, given up with their cause, and done once somebody asks for another try', async () => {
    const all = chores()
    const attempts: number[] = []
    let isWell = false
    const { outcomes } = run(async (_, { attempt }) => {
      attempts.push(attempt)
      if (!isWell) throw new Failure('dependency', 'no_answer', 'Nobody answered')
    })
    const added = await all.add(deletionOf('acme'), { atMs: 5, name: 'a' })
    const id = added.kind === 'added' ? added.id : ''
    await vi.waitFor(async () => expect((await all.find(id))?.state).toBe('failed'), patient)
    expect(attempts).toEqual([1, 2, 3])
    expect(outcomes).toEqual(['deletion failed', 'deletion failed', 'deletion given_up'])
    expect(await all.find(id)).toMatchObject({
      id,
      kind: 'deletion',
      tenantId: 'acme',
      attempts: 3,
      cause: 'no_answer: Nobody answered',
      chore: deletionOf('acme'),
    })
    isWell = true
    expect(await all.retry(id)).toBe('queued')
    await vi.waitFor(async () => expect((await all.find(id))?.state).toBe('done'), patient)
    expect(await all.retry(id)).toBe('busy')
    expect(attempts.at(-1)).toBe(1)
  })

  it('are given up at once where another attempt cannot help', async () => {
    const all = chores()
    const { outcomes } = run(async () => {
      throw new Failure('client', 'gone', 'Nobody wants it')
    })
    await all.add(telling('acme'), { atMs: 1, name: 'a' })
    await vi.waitFor(() => expect(outcomes).toEqual(['webhook given_up']), patient)
  })

  it('of which too many wait are refused, and of those given up the newest are kept', async () => {
    const all = chores()
    for (let at = 0; at < quick.maxWaiting; at++) await all.add(telling('acme'), { atMs: at, name: `a${at}` })
    expect(await all.add(telling('acme'), { atMs: 99, name: 'more' })).toEqual({ kind: 'full' })
    expect(await all.add(deletionOf('acme'), { atMs: 99, name: 'other' })).toMatchObject({ kind: 'added' })
    expect(await all.waitingOf('webhook', 'acme')).toBe(quick.maxWaiting)
    const { outcomes } = run(async () => {
      throw new Failure('client', 'gone', 'Nobody wants it')
    })
    await vi.waitFor(() => expect(outcomes).toHaveLength(quick.maxWaiting + 1), patient)
    await vi.waitFor(async () => expect((await all.counts('webhook')).failed).toBe(quick.maxFailed), patient)
  })

  it('are listed by tenant, kind and state, page by page, the latest first', async () => {
    const all = chores()
    for (let at = 1; at <= 5; at++) await all.add(telling('acme', `evt_${at}`), { atMs: at, name: `evt_${at}` })
    await all.add(telling('other'), { atMs: 3, name: 'theirs' })
    await all.add(deletionOf('acme'), { atMs: 4, name: 'deletion' })
    const ids: string[] = []
    let after: string | undefined
    do {
      const page = await all.list({ tenantId: 'acme', limit: 2, ...(after === undefined ? {} : { after }) })
      ids.push(...page.chores.map((one) => `${one.kind} ${String(one.tenantId)} ${one.id.split('.').at(-1) ?? ''}`))
      after = page.next ?? undefined
    } while (after !== undefined)
    expect(ids).toEqual([
      'webhook acme evt_5',
      'webhook acme evt_4',
      'deletion acme deletion',
      'webhook acme evt_3',
      'webhook acme evt_2',
      'webhook acme evt_1',
    ])
    expect((await all.list({ kind: 'deletion' })).chores).toHaveLength(1)
    expect((await all.list({ state: 'failed' })).chores).toEqual([])
    const theirs = await all.list({ tenantId: 'other' })
    expect(theirs.chores.map(({ tenantId }) => tenantId)).toEqual(['other'])
  })

  it('can be thrown away unless they are being done', async () => {
    const all = chores()
    const added = await all.add(telling('acme'), { atMs: 1, name: 'a' })
    const id = added.kind === 'added' ? added.id : ''
    let end = (): void => {}
    const hold = new Promise<void>((resolve) => (end = resolve))
    run(() => hold)
    await vi.waitFor(async () => expect((await all.find(id))?.state).toBe('running'), patient)
    expect(await all.drop(id)).toBe('running')
    end()
    await vi.waitFor(async () => expect((await all.find(id))?.state).toBe('done'), patient)
    expect(await all.drop(id)).toBe('dropped')
    expect(await all.drop(id)).toBe('gone')
    expect(await all.retry('webhook.nonsense')).toBe('gone')
  })

  it('of the installation come by the clock, once over all that schedule them', async () => {
    const all = chores()
    await all.scheduleRetention(300)
    await all.scheduleRetention(300)
    const begun: string[] = []
    run(async (_, { id }) => void begun.push(id))
    run(async (_, { id }) => void begun.push(id))
    await vi.waitFor(() => expect(begun.length).toBeGreaterThanOrEqual(3), patient)
    expect(new Set(begun).size).toBe(begun.length)
    const { chores: listed } = await all.list({ kind: 'retention', state: 'done' })
    expect(listed[0]).toMatchObject({ tenantId: null, chore: { kind: 'retention', tenantId: null } })
  })

  it('whose process is gone are done by another', async () => {
    const all = chores()
    const dead = run(() => new Promise(() => {}), { claimAfterMs: 300 })
    await all.add(deletionOf('acme'), { atMs: 1, name: 'a' })
    await vi.waitFor(async () => expect((await all.counts('deletion')).running).toBe(1), patient)
    await dead.runner.close() // it never ends, and gives no sign of life from here on
    const done: Chore[] = []
    run(async (chore) => void done.push(chore), { claimAfterMs: 300 })
    await vi.waitFor(() => expect(done).toEqual([deletionOf('acme')]), patient)
  })

  it('that are under way when their process leaves are waited for', async () => {
    const all = chores()
    let isBegun = false
    const { runner, outcomes } = run(async () => {
      isBegun = true
      await sleep(300)
    })
    await all.add(deletionOf('acme'), { atMs: 1, name: 'a' })
    await vi.waitFor(() => expect(isBegun).toBe(true), patient)
    await runner.close({ deadlineMs: 10_000 })
    expect(outcomes).toEqual(['deletion done'])
  })

  it('have rules that give a webhook and a deletion about a day', () => {
    const spanH = ({ attempts, retryAfterMs }: (typeof choreRules)['webhook']): number =>
      ((2 ** (attempts - 1) - 1) * retryAfterMs * 0.9) / 3_600_000
    expect(spanH(choreRules.webhook)).toBeGreaterThan(18)
    expect(spanH(choreRules.webhook)).toBeLessThan(26)
    expect(spanH(choreRules.deletion)).toBeGreaterThan(18)
    expect(spanH(choreRules.deletion)).toBeLessThan(26)
  })
})
