import { type SessionId, newId, sleep } from '@voicebox/kernel'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  type EndedSession,
  type Redis,
  type SessionHold,
  appendAudio,
  createSession,
  findSession,
  reapSessions,
  takeSession,
} from './index.ts'
import { redisKinds, useRedis } from './testing/index.ts'
import { changeOf, events, faulty, holdOptions, keysOf, withParts } from './testing/sessions.fixture.ts'
import { speaker } from './testing/streams.fixture.ts'

describe.each(redisKinds)('a reaper, on %s', (kind) => {
  const server = useRedis(kind)
  const redis = server.handle()
  const others = [server.handle(), server.handle(), server.handle()]
  let reaped: EndedSession[]
  beforeEach(async () => {
    reaped = []
    for (const name of await server.keys('sessions:*')) await redis.commands.del(name)
  })
  const onReaped = (session: EndedSession): void => void reaped.push(session)
  const reap = (by: Redis = redis, limit = 100): Promise<number> =>
    reapSessions(by, { limit, onReaped, graceMs: 60_000 })
  const open = async (ttlMs: number, sessionId: SessionId = newId('sess')): Promise<SessionHold> => {
    const hold = await createSession(redis, holdOptions({ sessionId, ttlMs, tenantId: 'tenant' }))
    await hold.commit(changeOf({ set: [['a', 1]], sent: events(1) }))
    await appendAudio(redis, hold, 'item_1', 0, new Uint8Array(320), { final: false })
    return hold
  }
  const inIndex = async (change: (shard: string) => Promise<unknown>): Promise<void> => {
    for (const name of await server.keys('sessions:live:{*}')) await change(name)
  }
  /** Makes it so that a reaper looks at every session now. */
  const areDue = () =>
    inIndex(async (shard) => {
      for (const member of await redis.commands.zrange(shard, '0', '-1')) await redis.commands.zadd(shard, 0, member)
    })
  /** Makes it so that the time of these is over. */
  const areSilent = async (...holds: SessionHold[]): Promise<void> => {
    for (const { sessionId } of holds) await redis.commands.hset(`sess:{tenant/${sessionId}}`, 'alive_until', 0)
    await areDue()
  }
  /** Makes it so that the last pass was so long ago, and that holders have had their time. */
  const wasAwayFor = (ms: number) =>
    inIndex((shard) => redis.commands.hset(`${shard}:watch`, 'asked_at', Date.now() - ms))
  const graceIsOver = () => inIndex((shard) => redis.commands.hset(`${shard}:watch`, 'none_until', 0))
  const indexed = async (): Promise<string[]> => {
    const shards = await server.keys('sessions:live:{*}')
    const names = (await Promise.all(shards.map((shard) => redis.commands.zrange(shard, '0', '-1')))).flat()
    return names.map((name) => name.replace('tenant/', '')).sort()
  }

  it('ends and frees sessions whose holders gave no sign of life, and no others', async () => {
    const [dead, alive] = [await open(50), await open(60_000)]
    const { say } = await speaker(redis, dead.sessionId)
    await say('something')
    await sleep(60)
    expect(await reap()).toBe(1)
    expect(reaped).toEqual([
      {
        sessionId: dead.sessionId,
        tenantId: 'tenant',
        reason: 'expired',
        openedAtMs: expect.any(Number) as number,
        endedAtMs: expect.any(Number) as number,
        hasHistory: false,
      },
    ])
    expect((reaped[0]?.endedAtMs ?? 0) - (reaped[0]?.openedAtMs ?? 0)).toBeGreaterThanOrEqual(50)
    expect(await keysOf(server, dead.sessionId)).toEqual(['sess:'])
    expect(await findSession(redis, dead)).toBeNull()
    expect(await indexed()).toEqual([alive.sessionId])
    expect(await dead.commit(changeOf({ set: [['a', 2]] }))).toBe('lost')
    expect(await takeSession(redis, holdOptions({ sessionId: dead.sessionId, tenantId: 'tenant' }))).toBeNull()
    expect(await alive.beat()).toBe('held')
    expect(await reap()).toBe(0)
    expect(reaped).toHaveLength(1)
  })

  it('spares those that show life by commits alone, or were taken over', async () => {
    const [busy, taken] = [await open(60_000), await open(60_000)]
    await areSilent(busy, taken)
    await busy.commit(changeOf({ set: [['a', 2]] }))
    await takeSession(redis, holdOptions({ sessionId: taken.sessionId, tenantId: 'tenant', ttlMs: 60_000 }))
    await areDue()
    expect(await reap()).toBe(0)
    expect(await indexed()).toEqual([busy.sessionId, taken.sessionId].sort())
    await areSilent(busy)
    expect(await reap()).toBe(1)
    expect(reaped.map(({ sessionId }) => sessionId)).toEqual([busy.sessionId])
  })

  it('finds a session again that the index had lost, once it shows life or is taken', async () => {
    const [beating, taken] = [await open(60_000), await open(60_000)]
    for (const name of await server.keys('sessions:live:{*}')) await redis.commands.del(name)
    await beating.beat()
    await takeSession(redis, holdOptions({ sessionId: taken.sessionId, tenantId: 'tenant' }))
    expect(await indexed()).toEqual([beating.sessionId, taken.sessionId].sort())
  })

  it('ends each session once, however many of them there are', async () => {
    const holds = await Promise.all(Array.from({ length: 60 }, () => open(50)))
    await sleep(60)
    const counts = await Promise.all([redis, ...others, redis, ...others].map((by) => reap(by)))
    let left = 0
    for (let pass = 0; pass < 100 && reaped.length < 60; pass++) left += await reap()
    expect(counts.reduce((sum, count) => sum + count, left)).toBe(60)
    const byId = ({ sessionId }: { sessionId: string }): string => sessionId
    expect(reaped.map(byId).sort()).toEqual(holds.map(byId).sort())
    expect(await redis.commands.xlen('sessions:ended')).toBe(60)
    expect(await indexed()).toEqual([])
    for (const { sessionId } of holds) expect(await keysOf(server, sessionId)).toEqual(['sess:'])
  })

  it('takes no more than it was asked to', async () => {
    await Promise.all(Array.from({ length: 40 }, () => open(50)))
    await sleep(60)
    expect(await reap(redis, 5)).toBeLessThanOrEqual(5)
    expect(reaped.length).toBeGreaterThan(0)
  })

  it('finishes what one that died in the middle has left, wherever that was', async () => {
    const byDead: number[] = []
    for (let spared = 16; spared < 26; spared++) {
      const faults = faulty(redis)
      const { sessionId } = await open(20)
      await sleep(30)
      reaped = []
      Object.assign(faults, { spared, next: 'all fail' })
      byDead.push(await reap(faults.redis))
      await redis.commands.hset(`sess:{tenant/${sessionId}}`, 'busy_until', 0) // its time to do it is over
      await reap(others[0])
      expect(reaped.length).toBe(1)
      expect(await keysOf(server, sessionId)).toEqual(['sess:'])
      expect(await indexed()).toEqual([])
    }
    expect(byDead).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 1])
  })

  it('leaves to another what that one is busy with', async () => {
    const { sessionId } = await open(20)
    await sleep(30)
    const faults = faulty(redis)
    Object.assign(faults, { spared: 17, next: 'all fail' }) // it has ended the session, and cannot free it
    expect([await reap(faults.redis), await reap(others[0])]).toEqual([0, 0])
    expect(await keysOf(server, sessionId)).toEqual(['audio::item_1', 'held:', 'sess:'])
    expect(await indexed()).toEqual([sessionId])
  })

  it('tells of a session once, even if another thought it dead while it was at work', async () => {
    const { sessionId } = await open(20)
    await sleep(30)
    const callBuffer = async (...command: [string, ...(string | number | Buffer)[]]): Promise<unknown> => {
      if (command[0] === 'XADD') {
        await redis.commands.hset(`sess:{tenant/${sessionId}}`, 'busy_until', 0)
        expect(await reap(others[0])).toBe(1)
      }
      return redis.commands.callBuffer(...command)
    }
    const commands = withParts(redis.commands, { callBuffer: callBuffer as Redis['commands']['callBuffer'] })
    expect(await reap(withParts(redis, { commands }))).toBe(0)
    expect(reaped).toHaveLength(1)
  })

  it('lets go for a while what it could not end', async () => {
    const dead = [await open(20), await open(20)]
    await sleep(30)
    const faults = faulty(redis)
    Object.assign(faults, { spared: 16, next: 'never arrives' })
    expect([await reap(faults.redis), await reap()]).toEqual([1, 0])
    await areDue()
    expect(await reap()).toBe(1)
    expect(reaped.map(({ sessionId }) => sessionId).sort()).toEqual(dead.map(({ sessionId }) => sessionId).sort())
  })

  it('goes on without a part of the index, and fails without all of it', async () => {
    const faults = faulty(redis)
    faults.next = 'never arrives'
    expect(await reap(faults.redis)).toBe(0)
    faults.next = 'all fail'
    await expect(reap(faults.redis)).rejects.toMatchObject({ kind: 'dependency' })
  })

  it('ends nothing after Redis was away until holders had time to show life', async () => {
    await reap()
    const [dead, alive] = [await open(60_000), await open(60_000)]
    await areSilent(dead, alive)
    await wasAwayFor(6_000)
    expect([await reap(), await reap()]).toEqual([0, 0])
    await alive.beat()
    await graceIsOver()
    expect(await reap()).toBe(1)
    expect(reaped.map(({ sessionId }) => sessionId)).toEqual([dead.sessionId])
  })

  it('frees what is left of a session of which nothing is known', async () => {
    const { sessionId } = await open(20)
    await redis.commands.del(`sess:{tenant/${sessionId}}`)
    await sleep(30)
    expect(await reap()).toBe(0)
    expect(await keysOf(server, sessionId)).toEqual([])
    expect(await indexed()).toEqual([])
  })

  it('counts a session whose report failed', async () => {
    await open(20)
    await sleep(30)
    const failing = reapSessions(redis, { limit: 10, onReaped: () => Promise.reject(new Error('no')), graceMs: 300 })
    expect(await failing).toBe(1)
    expect(await reap()).toBe(0)
    expect(await indexed()).toEqual([])
  })
})
