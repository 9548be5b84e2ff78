import { setTimeout as wait } from 'node:timers/promises'
import { silentLog } from '@voicebox/kernel'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { makeInOrder } from './in-order.ts'
import { openRedis } from './index.ts'
import { type TestRedis, startRedis } from './testing/index.ts'
import { open } from './testing/streams.fixture.ts'

const patient = { timeout: 15_000, interval: 10 }

describe('the way to Redis', () => {
  let server: TestRedis
  beforeEach(async () => {
    server = await startRedis()
  })
  afterEach(() => server.close())

  it('is ready exactly while the server answers', async () => {
    const redis = await open(server.url)
    expect(redis.isReady()).toBe(true)
    await server.stop()
    await vi.waitFor(() => expect(redis.isReady()).toBe(false), patient)
    await server.restart()
    await vi.waitFor(() => expect(redis.isReady()).toBe(true), patient)
    await redis.close()
    expect(redis.isReady()).toBe(false)
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
      async () => expect(await redis.commands.pubsub('NUMSUB', 'channel')).toEqual(['channel', 0]),
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
