import { setTimeout as wait } from 'node:timers/promises'
import { silentLog } from '@voicebox/kernel'
import { describe, expect, it, vi } from 'vitest'
import { makeInOrder } from './in-order.ts'
import { openRedis } from './index.ts'
import { redisKinds, useRedis } from './testing/index.ts'
import { open } from './testing/streams.fixture.ts'

const patient = { timeout: 15_000, interval: 10 }

describe.each(redisKinds)('the way to Redis, on %s', (kind) => {
  const server = useRedis(kind)

  it('is ready exactly while the server answers, and fails what waited for it for seconds', async () => {
    const redis = await open(server.url)
    expect(redis.isReady()).toBe(true)
    await server.stop()
    const waiting = expect(redis.commands.get('key')).rejects.toThrow()
    await vi.waitFor(() => expect(redis.isReady()).toBe(false), patient)
    await waiting
    await server.restart()
    await vi.waitFor(() => expect(redis.isReady()).toBe(true), patient)
    await redis.close()
    expect(redis.isReady()).toBe(false)
  })

  it('tells when the server goes silent and when it answers again, and is not taken in by its own hold-ups', async () => {
    const redis = await open(server.url)
    const told: string[] = []
    const watching = redis.watch({ onAway: () => told.push('away'), onBack: () => told.push('back') })
    const untilMs = performance.now() + 1_500
    while (performance.now() < untilMs); // this process is busy, and Redis is not to blame
    await wait(300)
    expect(told).toEqual([])
    await server.pause()
    await vi.waitFor(() => expect(told).toEqual(['away']), patient)
    await vi.waitFor(() => expect(redis.isReady()).toBe(false), { ...patient, timeout: 8_000 }) // the connection is still there
    await server.resume()
    await vi.waitFor(() => expect(told).toEqual(['away', 'back']), patient)
    expect(redis.isReady()).toBe(true)
    await watching.close()
    await redis.close()
  })

  it('waits for a server that comes later, and no longer than its signal', async () => {
    await server.stop()
    const about = { url: server.url, name: 'test', log: silentLog }
    const tooLate = openRedis({ ...about, signal: AbortSignal.timeout(50) })
    await expect(tooLate).rejects.toMatchObject({ code: 'redis_unavailable' })
    const opening = openRedis({ ...about, signal: AbortSignal.timeout(15_000) })
    await server.restart()
    await (await opening).close()
  })

  it('refuses a URL that is not one of Redis', async () => {
    const signal = AbortSignal.timeout(1_000)
    const opening = openRedis({ url: 'http://localhost', name: 'test', log: silentLog, signal })
    await expect(opening).rejects.toMatchObject({ kind: 'client', code: 'invalid_redis_url' })
  })

  it('delivers published bytes to every handler of a channel, until each is closed', async () => {
    const redis = await open(server.url)
    const heard: string[][] = [[], []]
    const subscribe = (index: number) =>
      redis.channels.subscribe('channel', {
        onMessage: (message) => heard[index]?.push(message.toString('hex')),
        onGap: () => {},
      })
    const [first, second] = await Promise.all([subscribe(0), subscribe(1)])
    await redis.commands.spublish('channel', Buffer.from([0, 255, 13, 10]))
    await vi.waitFor(() => expect(heard).toEqual([['00ff0d0a'], ['00ff0d0a']]), patient)
    await first.close()
    await redis.commands.spublish('channel', 'b')
    await vi.waitFor(() => expect(heard[1]).toHaveLength(2), patient)
    await second.close()
    const third = await subscribe(0)
    await redis.commands.spublish('channel', 'c')
    await vi.waitFor(
      () =>
        expect(heard).toEqual([
          ['00ff0d0a', '63'],
          ['00ff0d0a', '62'],
        ]),
      patient,
    )
    await third.close()
    await vi.waitFor(
      async () => expect(new Set((await server.each('PUBSUB', 'SHARDCHANNELS')).flat())).toEqual(new Set()),
      patient,
    )
    await redis.close()
  })

  it('subscribes again after an outage and says that messages may have been missed', async () => {
    const redis = await open(server.url)
    const heard: string[] = []
    const onGap = vi.fn()
    const handler = { onMessage: (message: Buffer) => void heard.push(message.toString()), onGap }
    for (const name of ['a', 'b', 'c']) await redis.channels.subscribe(name, handler)
    await server.restart()
    await vi.waitFor(() => expect(onGap).toHaveBeenCalledTimes(3), patient)
    for (const name of ['a', 'b', 'c']) await redis.commands.spublish(name, name)
    await vi.waitFor(() => expect(heard).toEqual(['a', 'b', 'c']), patient)
    await redis.close()
  })
})

describe('writes in order', () => {
  it('run one after another for one key, and failures stop nothing', async () => {
    const inOrder = makeInOrder()
    const ran: string[] = []
    const task = (name: string, ms: number) => async () => {
      await wait(ms)
      ran.push(name)
      if (name === 'b') throw new Error('broken')
      return name
    }
    const all = [inOrder('key', task('a', 20)), inOrder('key', task('b', 5)), inOrder('key', task('c', 0))]
    await inOrder('other', task('first', 0))
    expect((await Promise.allSettled(all)).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(ran).toEqual(['first', 'a', 'b', 'c'])
  })

  it('are refused when too many wait', async () => {
    const inOrder = makeInOrder(2)
    const waiting = [inOrder('key', () => wait(10)), inOrder('key', () => wait(10))]
    await expect(inOrder('key', () => wait(0))).rejects.toMatchObject({ code: 'redis_backlog' })
    await Promise.all(waiting)
    await inOrder('key', () => wait(0))
  })
})
