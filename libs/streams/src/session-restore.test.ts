import { type SessionId, newId, silentLog } from '@voicebox/kernel'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  type SessionChange,
  createSession,
  findSession,
  followSession,
  loadItems,
  readJournal,
  takeSession,
} from './index.ts'
import { redisKinds, useRedis } from './testing/index.ts'
import { brief, speaker } from './testing/streams.fixture.ts'
import { changeOf, deaf, events, faulty, holdOptions, keysOf, known, snapshot } from './testing/sessions.fixture.ts'

describe.each(redisKinds)('a session of which Redis has lost something, on %s', (kind) => {
  const server = useRedis(kind)
  const redis = server.handle()
  const other = server.handle()
  let sessionId: SessionId
  beforeEach(() => {
    sessionId = newId('sess')
    vi.useFakeTimers({ toFake: ['performance'] }) // so that no holder forgets what it sent a while ago
  })
  afterEach(() => {
    vi.useRealTimers()
  })
  const options = (holder = 'one') => holdOptions({ sessionId, holder })
  const item = (id: string) => ({ id, item: { id }, context: [] })
  const recordsNow = async (): Promise<[string, unknown][]> => [
    ...((await takeSession(other, options('reader')))?.records ?? []),
  ]
  const loseAll = async (): Promise<void> => {
    for (const name of await server.keys(`*{tenant/${sessionId}}*`)) await redis.commands.del(name)
  }

  it('is written no more until it is restored, and then is whole', async () => {
    const hold = await createSession(redis, { ...options(), openedBy: 'digest' })
    await hold.commit(changeOf({ set: [['a', 1]], sent: events(1, 2), save: [item('a')], resultsUpTo: 5 }))
    const openedAt = await known(redis, sessionId, 'opened_at')
    await loseAll()
    expect(await hold.commit(changeOf({ set: [['b', 1]], sent: events(3) }))).toBe('behind')
    expect(await hold.beat()).toBe('behind')
    expect(await hold.commit(changeOf({ set: [['c', 1]] }))).toBe('behind')
    expect(await keysOf(server, sessionId)).toEqual([])
    const whole: Partial<SessionChange> = { set: [['a', 1], ['b', 1]], save: [item('a'), item('b')], sent: events(3) } // prettier-ignore
    expect(await hold.restore(changeOf({ ...whole, resultsUpTo: 9 }))).toBe('committed')
    expect(await findSession(redis, { tenantId: 'tenant', sessionId })).toEqual({ openedBy: 'digest' })
    expect(await known(redis, sessionId, 'opened_at')).toBe(openedAt)
    expect(await loadItems(redis, { tenantId: 'tenant', sessionId }, ['a', 'b'])).toEqual([item('a'), item('b')])
    expect(await readJournal(redis, { tenantId: 'tenant', sessionId }, 0)).toEqual(events(1, 2, 3))
    expect(await hold.commit(changeOf({ set: [['b', 2]], sent: events(4), resultsUpTo: 9 }))).toBe('committed')
    expect(await takeSession(other, options('two'))).toMatchObject({
      records: new Map([['a', 1], ['b', 2]]), // prettier-ignore
      resultsUpTo: 9,
      lastSent: 4,
    })
  })

  it('is not behind when only what was not answered is lost', async () => {
    const faults = faulty(redis)
    const hold = await createSession(faults.redis, options())
    await hold.commit(changeOf({ set: [['a', 1]] }))
    const rollBack = await snapshot(server, redis, sessionId)
    const change = changeOf({ set: [['a', 2]], sent: events(1) })
    faults.next = 'answer lost'
    await expect(hold.commit(change)).rejects.toThrow()
    await rollBack()
    expect(await hold.commit(change)).toBe('committed')
    expect(await recordsNow()).toEqual([['a', 2]])
  })

  it('is behind when what was answered is lost, and keeps of the journal what is still there', async () => {
    const hold = await createSession(redis, options())
    await hold.commit(changeOf({ set: [['a', 1], ['old', 1]], sent: events(1, 2), save: [item('old')] })) // prettier-ignore
    const rollBack = await snapshot(server, redis, sessionId)
    await hold.commit(changeOf({ set: [['a', 2]], drop: ['old'], sent: events(4), forget: ['old'] }))
    await rollBack()
    expect(await hold.commit(changeOf({ set: [['a', 3]], sent: events(7) }))).toBe('behind')
    expect(await hold.restore(changeOf({ set: [['a', 3]], sent: events(7) }))).toBe('committed')
    expect(await recordsNow()).toEqual([['a', 3]])
    expect(await loadItems(redis, { tenantId: 'tenant', sessionId }, ['old'])).toEqual([null])
    expect(await readJournal(redis, { tenantId: 'tenant', sessionId }, 0)).toEqual(events(1, 2, 4, 7))
  })

  it('says of events that nobody knows any more that they are gone', async () => {
    await (await createSession(redis, options())).commit(changeOf({ sent: events(1, 2, 3) }))
    const taken = await takeSession(other, options('two'))
    await taken?.hold.commit(changeOf({ sent: events(5) }))
    await loseAll()
    expect(await taken?.hold.commit(changeOf({ sent: events(6) }))).toBe('behind')
    expect(await taken?.hold.restore(changeOf({ sent: events(6) }))).toBe('committed')
    expect(await readJournal(redis, { tenantId: 'tenant', sessionId }, 2)).toBe('gone')
    expect(await readJournal(redis, { tenantId: 'tenant', sessionId }, 3)).toEqual(events(5, 6))
    expect(await known(redis, sessionId, 'token')).toBe(String(taken?.hold.token))
  })

  it('says so of events between those that are there and those that its holder still knows', async () => {
    const hold = await createSession(redis, options())
    await hold.commit(changeOf({ sent: events(1) }))
    const rollBack = await snapshot(server, redis, sessionId)
    await hold.commit(changeOf({ sent: events(2) }))
    vi.advanceTimersByTime(10_000) // it forgets them
    await hold.commit(changeOf({ sent: events(5) }))
    await rollBack()
    expect(await hold.beat()).toBe('behind')
    expect(await hold.restore(changeOf({ sent: events(6) }))).toBe('committed')
    expect(await readJournal(redis, { tenantId: 'tenant', sessionId }, 1)).toBe('gone')
    expect(await readJournal(redis, { tenantId: 'tenant', sessionId }, 2)).toEqual(events(5, 6))
  })

  it('keeps nothing that a former holder wrote when the take-over was lost', async () => {
    const gone = deaf(redis)
    const former = await createSession(gone.redis, options('one'))
    await former.commit(changeOf({ set: [['a', 1]], sent: events(1) }))
    const rollBack = await snapshot(server, redis, sessionId)
    const taken = await takeSession(other, options('two'))
    await taken?.hold.commit(changeOf({ set: [['a', 2]], sent: events(2) }))
    await rollBack()
    expect(await former.commit(changeOf({ set: [['a', 'stale']], sent: events(2, 3) }))).toBe('committed') // it cannot know
    expect(await taken?.hold.commit(changeOf({ set: [['b', 2]] }))).toBe('behind')
    expect(await taken?.hold.restore(changeOf({ set: [['a', 2], ['b', 2]] }))).toBe('committed') // prettier-ignore
    expect(await former.commit(changeOf({ set: [['a', 'stale']] }))).toBe('lost')
    expect(await readJournal(redis, { tenantId: 'tenant', sessionId }, 0)).toBe('gone')
    expect(await readJournal(redis, { tenantId: 'tenant', sessionId }, 1)).toEqual(events(2))
    expect(await recordsNow()).toEqual([['a', 2], ['b', 2]]) // prettier-ignore
  })

  it('belongs to the last who took it, when the take-over before was lost', async () => {
    const former = await createSession(deaf(redis).redis, options('one'))
    await former.commit(changeOf({ set: [['a', 1]], sent: events(1) }))
    const rollBack = await snapshot(server, redis, sessionId)
    const forgotten = await takeSession(deaf(redis).redis, options('two'))
    await forgotten?.hold.commit(changeOf({ set: [['a', 2]], sent: events(2) }))
    await rollBack()
    const last = await takeSession(other, options('three'))
    expect(await forgotten?.hold.commit(changeOf({ set: [['a', 'stale']] }))).toBe('lost')
    expect(await former.beat()).toBe('lost')
    expect(await last?.hold.commit(changeOf({ set: [['b', 3]] }))).toBe('committed')
    expect(await recordsNow()).toEqual([['a', 1], ['b', 3]]) // prettier-ignore
  })

  it('has its results go on behind those that were heard and lost, so that later ones seem no loss', async () => {
    const heard: string[] = []
    const followersLosses: [number, number][] = []
    const follower = await followSession(
      redis,
      { tenantId: 'tenant', sessionId },
      {
        afterSeq: 0,
        onResult: (result) => heard.push(brief(result)),
        onLost: (from, to) => followersLosses.push([from, to]),
        log: silentLog,
      },
    )
    let losses = 0
    const results = { heardUpTo: () => follower.lastSeq, onResultsLost: () => void (losses += 1) }
    const hold = await createSession(redis, { ...options(), results })
    const { say } = await speaker(other, sessionId)
    await say('a')
    await vi.waitFor(() => expect(heard).toEqual(['a']))
    await hold.commit(changeOf({ set: [['a', 1]] }))
    const rollBack = await snapshot(server, redis, sessionId)
    await say('b')
    await vi.waitFor(() => expect(heard).toEqual(['a', 'b']))
    expect(losses).toBe(0)
    await rollBack()
    expect(await hold.beat()).toBe('held')
    expect(losses).toBe(1)
    await say('c', 'd')
    await vi.waitFor(() => expect(heard).toEqual(['a', 'b', 'c', 'd']))
    await hold.commit(changeOf({ set: [['a', 2]] }))
    expect([losses, followersLosses]).toEqual([1, []])
    follower.close()
  })

  it('tells of lost results also where all of it is lost, and it is restored', async () => {
    let losses = 0
    const results = { heardUpTo: () => 17, onResultsLost: () => void (losses += 1) }
    const hold = await createSession(redis, { ...options(), results })
    await hold.commit(changeOf({ set: [['a', 1]] }))
    losses = 0
    await loseAll()
    expect(await hold.commit(changeOf({ set: [['a', 2]] }))).toBe('behind')
    expect(losses).toBe(0)
    expect(await hold.restore(changeOf({ set: [['a', 2]] }))).toBe('committed')
    expect(losses).toBe(1)
  })

  it('is restored once, however often that is sent', async () => {
    const faults = faulty(redis)
    const hold = await createSession(faults.redis, options())
    await hold.commit(changeOf({ set: [['a', 1]], sent: events(1) }))
    await loseAll()
    expect(await hold.beat()).toBe('behind')
    const from = faults.sent.length
    faults.next = 'answer lost'
    await expect(hold.restore(changeOf({ set: [['a', 1]] }))).rejects.toThrow()
    expect(await hold.commit(changeOf({ set: [['a', 1]] }))).toBe('behind') // it is not known that it was restored
    expect(await hold.restore(changeOf({ set: [['a', 2]], sent: events(2) }))).toBe('committed')
    expect(await hold.commit(changeOf({ set: [['a', 3]] }))).toBe('committed')
    for (const again of faults.sent.slice(from)) await again()
    expect(await recordsNow()).toEqual([['a', 3]])
    expect(await readJournal(redis, { tenantId: 'tenant', sessionId }, 0)).toEqual(events(1, 2))
  })

  it('is not restored once it has ended', async () => {
    const gone = deaf(redis)
    const hold = await createSession(gone.redis, options())
    await hold.commit(changeOf({ set: [['a', 1]] }))
    await (await takeSession(other, options('two')))?.hold.end('closed')
    expect(await hold.commit(changeOf({ set: [['a', 2]] }))).toBe('lost')
    expect(await hold.restore(changeOf({ set: [['a', 2]] }))).toBe('lost')
    expect(await keysOf(server, sessionId)).toEqual(['sess:'])
  })

  it('counts as ended for a holder that slept so long that even the mark of the end may be gone', async () => {
    const hold = await createSession(redis, options())
    await hold.commit(changeOf({ set: [['a', 1]] }))
    await loseAll()
    vi.useFakeTimers({ now: Date.now() + 660_000, toFake: ['Date'] })
    expect(await hold.commit(changeOf({ set: [['a', 2]] }))).toBe('lost')
    expect(await hold.restore(changeOf({ set: [['a', 2]] }))).toBe('lost')
    expect(await keysOf(server, sessionId)).toEqual([])
  })
})

describe('a session, over the death of its server', () => {
  const server = useRedis('one server')
  const redis = server.handle()

  it('goes on', async () => {
    const hold = await createSession(redis, holdOptions())
    const whole = { set: [['a', 1]] as const, sent: events(1) }
    await hold.commit(changeOf(whole))
    await server.restart() // empty
    expect(await hold.commit(changeOf({ sent: events(2) }))).toBe('behind')
    expect(await hold.restore(changeOf({ ...whole, sent: events(2) }))).toBe('committed')
    expect(await readJournal(redis, hold, 0)).toEqual(events(1, 2))
    await hold.end('closed')
  })
})
