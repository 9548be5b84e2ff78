import { newId, silentLog, sleep } from '@voicebox/kernel'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { enqueue, followSession, openRedis } from './index.ts'
import { startRedisCluster, useRedis } from './testing/index.ts'
import { brief, consume, lane, open, segmentJob, speaker, spoken } from './testing/streams.fixture.ts'

const patient = { timeout: 25_000, interval: 10 }
const names = Array.from({ length: 12 }, (_, index) => `name ${index}`)

describe('a cluster', () => {
  const server = useRedis('a cluster')
  const redis = server.handle()

  it('is found through any one of its nodes, and through those that are there', async () => {
    const nodes = server.url.slice('redis://'.length).split(',')
    const urls = [...nodes.map((node) => `redis://${node}`), `redis://127.0.0.1:1,${nodes[2]}`]
    for (const url of urls) {
      const way = await open(url)
      await Promise.all(names.map((name) => way.commands.set(name, url)))
      expect(await Promise.all(names.map((name) => way.commands.get(name)))).toEqual(names.map(() => url))
      await way.close()
    }
    expect(await server.keys('name *')).toHaveLength(names.length) // and so they were on several nodes
  })

  it('is not joined through a URL with a database, because it has only one', async () => {
    const url = `${server.url}/3`
    const opening = openRedis({ url, name: 'test', log: silentLog, signal: AbortSignal.timeout(5_000) })
    await expect(opening).rejects.toMatchObject({ code: 'invalid_redis_url' })
  })

  it('finds keys while their slot moves from node to node', async () => {
    const tagged = names.map((name) => `{moving}:${name}`)
    await Promise.all(tagged.map((name) => redis.commands.set(name, name)))
    let moves = 0
    let reads = 0
    const moving = (async () => {
      for (; moves < 9; moves += 1) await server.move('{moving}')
    })()
    for (; moves < 9; reads += 1)
      expect(await Promise.all(tagged.map((name) => redis.commands.get(name)))).toEqual(tagged)
    await moving
    expect(reads).toBeGreaterThan(9)
  })

  it('has channels that are heard again wherever they move, however quickly, and says that messages were missed', async () => {
    const heard: string[] = []
    const onGap = vi.fn()
    const other = vi.fn()
    const handler = { onMessage: (message: Buffer) => void heard.push(message.toString()), onGap }
    const stayed = { onMessage: () => {}, onGap: other }
    await redis.channels.subscribe('{channel}', handler)
    await redis.channels.subscribe('another channel', stayed)
    for (const moves of [1, 2, 3]) {
      onGap.mockClear()
      for (let move = 0; move < moves; move += 1) await server.move('{channel}')
      await vi.waitFor(async () => {
        await redis.commands.spublish('{channel}', `after ${moves}`)
        expect(heard).toContain(`after ${moves}`)
      }, patient)
      expect(onGap).toHaveBeenCalled()
    }
    expect(other).not.toHaveBeenCalled()
  })

  it('carries a session in order, each result once, while it moves', async () => {
    const sessionId = newId('sess')
    const heard: string[] = []
    const onResult = (result: Parameters<typeof brief>[0]): void => void heard.push(brief(result))
    const follower = await followSession(
      redis,
      { tenantId: 'tenant', sessionId },
      { afterSeq: 0, onResult, log: silentLog },
    )
    const { say } = await speaker(redis, sessionId)
    const said = Array.from({ length: 300 }, (_, index) => String(index))
    for (const [index, text] of said.entries()) {
      const emitted = say(text)
      if (index % 50 === 10) await server.move(`{tenant/${sessionId}}`)
      if (index % 7 === 0) await emitted
    }
    await vi.waitFor(() => expect(heard).toHaveLength(said.length), patient)
    expect(heard).toEqual(said)
    follower.close()
  })

  it('counts as away while any of its nodes is', async () => {
    const told: string[] = []
    const watching = redis.watch({ onAway: () => told.push('away'), onBack: () => told.push('back') })
    for (const name of ['a', 'b', 'c']) {
      told.length = 0
      await server.pause(name) // one node after the other
      await vi.waitFor(() => expect(told).toEqual(['away']), patient)
      await server.resume()
      await vi.waitFor(() => expect(told).toEqual(['away', 'back']), patient)
    }
    await watching.close()
  })

  it('has lanes whose consumers follow them', async () => {
    const done: number[] = []
    const consumer = consume(redis, 'one', async (job, context) => {
      done.push(job.segment)
      await context.emit(spoken(job))
    })
    for (let segment = 0; segment < 4; segment += 1) {
      await enqueue(redis, lane, segmentJob({ segment }))
      await vi.waitFor(() => expect(done).toContain(segment), patient)
      await sleep(100) // the consumer waits for jobs again
      await server.move(lane)
    }
    expect(done).toEqual([0, 1, 2, 3])
    await consumer.close()
  })
})

it('a cluster goes on when replicas take over from nodes that die or stand still', { timeout: 120_000 }, async () => {
  const server = await startRedisCluster({ replicas: true })
  onTestFinished(() => server.close())
  const redis = await open(server.url)
  const told: string[] = []
  redis.watch({ onAway: () => told.push('away'), onBack: () => told.push('back') })
  const sessionId = newId('sess')
  const heard: string[] = []
  const onResult = (result: Parameters<typeof brief>[0]): void => void heard.push(brief(result))
  const follower = await followSession(
    redis,
    { tenantId: 'tenant', sessionId },
    { afterSeq: 0, onResult, log: silentLog },
  )
  const { say } = await speaker(redis, sessionId)
  const consumer = consume(redis, 'one', async (job, context) => void (await context.emit(spoken(job))))

  const failures = [() => server.stop(`{tenant/${sessionId}}`), () => server.pause(lane)] // two masters at once would be too many
  for (const [round, fail] of failures.entries()) {
    const job = segmentJob({ sessionId })
    await say(`before ${round}`)
    await vi.waitFor(() => expect(heard).toHaveLength(1 + 3 * round), patient)
    await sleep(500) // replicas have it
    await fail()
    await vi.waitFor(() => expect(told.at(-1)).toBe('away'), patient)
    await vi.waitFor(() => expect(told.at(-1)).toBe('back'), patient)
    expect(redis.isReady()).toBe(true)
    await say(`after ${round}`)
    await enqueue(redis, lane, job)
    await vi.waitFor(() => expect(heard).toHaveLength(3 + 3 * round), patient)
    await server.resume()
    if (round === 0) await server.start()
  }
  expect(heard.filter((text) => text !== 'segment_spoken')).toEqual(['before 0', 'after 0', 'before 1', 'after 1'])
  expect(told).toEqual(['away', 'back', 'away', 'back'])
  await consumer.close()
  follower.close()
  await redis.close()
})
