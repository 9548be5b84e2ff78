import { type SessionId, newId } from '@voicebox/kernel'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import {
  type HoldOptions,
  type SessionHold,
  type TakenSession,
  appendAudio,
  createSession,
  findSession,
  loadItems,
  readJournal,
  takeSession,
} from './index.ts'
import { redisKinds, useRedis } from './testing/index.ts'
import { changeOf, deaf, events, faulty, holdOptions, keysOf, known } from './testing/sessions.fixture.ts'

describe.each(redisKinds)('a session, on %s', (kind) => {
  const server = useRedis(kind)
  const redis = server.handle()
  const other = server.handle()
  let sessionId: SessionId
  let taken: string[]
  beforeEach(() => {
    sessionId = newId('sess')
    taken = []
  })
  const options = (holder = 'one', about: Partial<HoldOptions> = {}): HoldOptions =>
    holdOptions({ sessionId, holder, onTaken: () => taken.push(holder), ...about })
  const item = (id: string, text = id) => ({ id, item: { id, text }, context: [] })

  /** It must be there to take. */
  async function take(holder = 'two', from = other): Promise<TakenSession> {
    const session = await takeSession(from, options(holder))
    if (session === null) throw new Error('There was nothing to take')
    return session
  }

  it('is found with what opened it', async () => {
    expect(await findSession(redis, { tenantId: 'tenant', sessionId })).toBeNull()
    await createSession(redis, options('one', { openedBy: 'digest' }))
    expect(await findSession(other, { tenantId: 'tenant', sessionId })).toEqual({ openedBy: 'digest' })
    sessionId = newId('sess')
    await createSession(redis, options())
    expect(await findSession(other, { tenantId: 'tenant', sessionId })).toEqual({ openedBy: null })
  })

  it('is not opened under an id that was used before', async () => {
    await createSession(redis, options())
    await expect(createSession(other, options('two'))).rejects.toMatchObject({ code: 'session_exists' })
  })

  it('has with its next holder what the one before committed', async () => {
    const hold = await createSession(redis, options())
    const audio = Uint8Array.from({ length: 300 }, (_, at) => at % 256)
    await hold.commit(
      changeOf({
        set: [
          ['head', { n: 1, list: [null, 'ü'] }],
          ['gone', 1],
          ['held', { audio }],
        ],
      }),
    )
    await hold.commit(
      changeOf({ set: [['head', { n: 2 }]], drop: ['gone', 'never there'], sent: events(1, 2, 5), resultsUpTo: 77 }),
    )
    const { records, resultsUpTo, lastSent, hold: next } = await take()
    expect(next.token).toBeGreaterThan(hold.token)
    expect([...records].sort()).toEqual([
      ['head', { n: 2 }],
      ['held', { audio: Buffer.from(audio) }],
    ])
    expect({ resultsUpTo, lastSent }).toEqual({ resultsUpTo: 77, lastSent: 5 })
  })

  it('saves and forgets items in the same step', async () => {
    const hold = await createSession(redis, options())
    await hold.commit(changeOf({ save: [item('a'), item('b')] }))
    await hold.commit(changeOf({ save: [item('b', 'changed')], forget: ['a'] }))
    expect(await loadItems(other, { tenantId: 'tenant', sessionId }, ['a', 'b'])).toEqual([null, item('b', 'changed')])
  })

  it('takes a change of many parts', async () => {
    const hold = await createSession(redis, options())
    const names = Array.from({ length: 9_001 }, (_, index) => `record:${index}`)
    await hold.commit(changeOf({ set: names.map((name) => [name, name]), save: names.map((name) => item(name)) }))
    await hold.commit(changeOf({ drop: names.slice(1), forget: names.slice(2) }))
    expect([...(await take()).records.keys()]).toEqual(['record:0'])
    expect(await loadItems(redis, { tenantId: 'tenant', sessionId }, names.slice(0, 3))).toEqual([
      item('record:0'),
      item('record:1'),
      null,
    ])
  })

  it('is not another tenant’s to take, nor anyone’s when there is none', async () => {
    expect(await takeSession(other, options('two'))).toBeNull()
    await createSession(redis, options())
    expect(await takeSession(other, options('two', { tenantId: 'stranger' }))).toBeNull()
    expect(taken).toEqual([])
  })

  describe('that was taken over', () => {
    let former: SessionHold
    let present: SessionHold
    beforeEach(async () => {
      former = await createSession(redis, options('one'))
      await former.commit(changeOf({ set: [['a', 1]], sent: events(1) }))
      present = (await take('two')).hold
    })

    it('tells its former holder, once', async () => {
      await vi.waitFor(() => expect(taken).toEqual(['one']), { timeout: 10_000 })
      await take('three', redis)
      await vi.waitFor(() => expect(taken).toEqual(['one', 'two']), { timeout: 10_000 })
    })

    it('refuses its former holder everywhere, and changes nothing', async () => {
      await server.each('SCRIPT', 'FLUSH')
      expect(await former.commit(changeOf({ set: [['a', 2]], sent: events(2), save: [item('a')] }))).toBe('lost')
      expect(await former.beat([['a', 3]])).toBe('lost')
      expect(await former.restore(changeOf({ set: [['a', 4]] }))).toBe('lost')
      expect(await appendAudio(redis, former, 'item_1', 0, new Uint8Array(320), { final: false })).toBe('lost')
      await former.end('closed')
      expect(await findSession(redis, { tenantId: 'tenant', sessionId })).not.toBeNull()
      expect(await present.commit(changeOf({ set: [['b', 1]], sent: events(2) }))).toBe('committed')
      expect([...(await take('three')).records]).toEqual([
        ['a', 1],
        ['b', 1],
      ])
      expect(await keysOf(server, sessionId)).toEqual(['sent:', 'sess:', 'state:'])
    })
  })

  it('refuses a former holder that never heard of it, by its token', async () => {
    const hold = await createSession(deaf(redis).redis, options('one'))
    await hold.commit(changeOf({ set: [['a', 1]] }))
    await take('two')
    await hold.end('closed')
    expect(await findSession(redis, { tenantId: 'tenant', sessionId })).not.toBeNull()
    expect(await hold.commit(changeOf({ set: [['a', 2]] }))).toBe('lost')
    expect(await hold.beat()).toBe('lost')
    expect([...(await take('three')).records]).toEqual([['a', 1]])
    expect(taken).toEqual(['two'])
  })

  it('tells a former holder that was not connected when it was taken', async () => {
    const gone = deaf(redis)
    await createSession(gone.redis, options('one'))
    gone.tellGap()
    await take('two')
    expect(taken).toEqual([])
    gone.tellGap()
    await vi.waitFor(() => expect(taken).toEqual(['one']), { timeout: 10_000 })
  })

  it('goes to one after the other of many who want it at once', async () => {
    await createSession(redis, options('one'))
    const holders = Array.from({ length: 8 }, (_, index) => `holder ${index}`)
    const all = await Promise.all(holders.map((holder, at) => take(holder, at % 2 ? redis : other)))
    const tokens = all.map(({ hold }) => hold.token)
    expect(new Set(tokens).size).toBe(8)
    const last = all[tokens.indexOf(Math.max(...tokens))]?.hold
    for (const { hold } of all) {
      expect(await hold.commit(changeOf({ set: [['by', hold.token]] }))).toBe(hold === last ? 'committed' : 'lost')
    }
    await vi.waitFor(() => expect(taken).toHaveLength(8), { timeout: 10_000 })
  })

  it('takes a change once that was sent twice', async () => {
    const faults = faulty(redis)
    const hold = await createSession(faults.redis, options())
    const change = changeOf({ set: [['a', 1]], sent: events(1, 2) })
    faults.next = 'answer lost'
    await expect(hold.commit(change)).rejects.toMatchObject({ kind: 'dependency' })
    expect(await hold.commit(change)).toBe('committed')
    expect(await known(redis, sessionId, 'version')).toBe('1')
    expect(await readJournal(redis, { tenantId: 'tenant', sessionId }, 0)).toEqual(events(1, 2))
  })

  it('takes the change before first, where another comes in place of its repetition', async () => {
    const faults = faulty(redis)
    for (const fault of ['never arrives', 'answer lost'] as const) {
      const hold = await createSession(faults.redis, options())
      faults.next = fault
      await expect(hold.commit(changeOf({ set: [['a', fault]], sent: events(1, 2) }))).rejects.toThrow()
      expect(await hold.commit(changeOf({ set: [['b', fault]], sent: events(2, 3) }))).toBe('committed')
      expect([...(await take('two')).records]).toEqual([
        ['a', fault],
        ['b', fault],
      ])
      expect(await readJournal(redis, { tenantId: 'tenant', sessionId }, 0)).toEqual(events(1, 2, 3))
      sessionId = newId('sess')
    }
  })

  it('does not take a change again that comes late', async () => {
    const faults = faulty(redis)
    const hold = await createSession(faults.redis, options())
    for (const value of [1, 2, 3]) await hold.commit(changeOf({ set: [['a', value]] }))
    for (const again of [...faults.sent].reverse()) await again()
    expect([...(await take()).records]).toEqual([['a', 3]])
  })

  it('is taken once by a call that comes twice, or late', async () => {
    await createSession(redis, options())
    // so that whichever node has the session knows the script: none of the calls below is one that it does not know
    await take('one', redis)
    const faults = faulty(other)
    const { hold } = await take('two', faults.redis)
    const again = await Promise.all(faults.sent.map((send) => send()))
    expect(again.filter((answer) => Array.isArray(answer) && String(answer[0]) === 'taken')).toHaveLength(2)
    expect(await known(redis, sessionId, 'token')).toBe(String(hold.token))
    const { hold: third } = await take('three', redis)
    for (const again of faults.sent) await again()
    expect(await known(redis, sessionId, 'token')).toBe(String(third.token))
    expect(await hold.beat()).toBe('lost')
    expect(await third.beat()).toBe('held')
  })

  it('is committed in the order of the calls', async () => {
    const hold = await createSession(redis, options())
    const all = Array.from({ length: 50 }, (_, at) => hold.commit(changeOf({ set: [['a', at]], sent: events(at + 1) })))
    expect(new Set(await Promise.all(all))).toEqual(new Set(['committed']))
    expect([...(await take()).records]).toEqual([['a', 49]])
    expect(await readJournal(redis, { tenantId: 'tenant', sessionId }, 0)).toHaveLength(50)
  })

  it('goes to Redis once for a commit', async () => {
    const faults = faulty(redis)
    const hold = await createSession(faults.redis, options())
    await hold.commit(changeOf({ set: [['a', 1]], sent: events(1), save: [item('a')] }))
    const before = faults.sent.length
    await hold.commit(changeOf({ set: [['a', 2]], sent: events(2), forget: ['a'] }))
    expect(faults.sent.length - before).toBe(1)
  })

  it('lives longer with each beat, which may bring records', async () => {
    const hold = await createSession(redis, options('one', { ttlMs: 20_000 }))
    const before = Number(await known(redis, sessionId, 'alive_until'))
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(await hold.beat([['place', 7]])).toBe('held')
    expect(Number(await known(redis, sessionId, 'alive_until'))).toBeGreaterThan(before)
    expect([...(await take()).records]).toEqual([['place', 7]])
  })

  it('lets all its keys expire, should nobody ever come again', async () => {
    const hold = await createSession(redis, options())
    await hold.commit(changeOf({ set: [['a', 1]], sent: events(1), save: [item('a')] }))
    await appendAudio(redis, hold, 'item_1', 0, new Uint8Array(320), { final: false })
    const names = await server.keys(`*{tenant/${sessionId}}*`)
    expect(names).toHaveLength(6)
    for (const name of names) expect(await redis.commands.pttl(name)).toBeGreaterThan(0)
  })
})
