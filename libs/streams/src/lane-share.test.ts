import { sleep } from '@voicebox/kernel'
import { beforeEach, describe, expect, it } from 'vitest'
import { type SynthesizeJob, enqueue, laneStats } from './index.ts'
import { placesKeys } from './keys.ts'
import { type Delivery, type LaneHold, holdLane } from './lane-hold.ts'
import { redisKinds, useRedis } from './testing/index.ts'
import { readPlaces } from './testing/places.fixture.ts'
import { lane, laneKeys, segmentJob } from './testing/streams.fixture.ts'

describe.each(redisKinds)("a tenant's share of a lane, on %s", (kind) => {
  const redis = useRedis(kind).handle()
  let one: LaneHold
  let other: LaneHold
  beforeEach(async () => {
    await redis.commands.del(...laneKeys)
    one = holdLane(redis, lane, 'one')
    other = holdLane(redis, lane, 'other')
    await one.join()
  })

  /** A worker says how many jobs it does at a time, and how many places each tenant may have. */
  const show = (hold: LaneHold, canDo: number, maxShare: number | null = null): Promise<Delivery[]> =>
    hold.beat([], { canDo, maxShare })
  async function put(tenantId: string, ...texts: string[]): Promise<void> {
    for (const text of texts) expect(await enqueue(redis, lane, segmentJob({ tenantId, text }))).toBe('queued')
  }
  const take = (hold: LaneHold, count = 1): Promise<Delivery[]> => hold.read(redis.commands, count, 1)
  const textsOf = (jobs: readonly unknown[]): string[] => jobs.map((job) => (job as SynthesizeJob).text)
  const inLane = async (): Promise<string[]> => textsOf((await readPlaces(redis)).inLane)
  const waiting = async (): Promise<string[]> => textsOf((await readPlaces(redis)).overflow)

  it('is never passed: the rest waits, and comes in its order as others of the tenant leave', async () => {
    await show(one, 1, 2)
    await put('noisy', 'a', 'b', 'c', 'd', 'e')
    expect([await inLane(), await waiting()]).toEqual([
      ['a', 'b'],
      ['c', 'd', 'e'],
    ])
    const [a, b] = await take(one, 2)
    await one.ack(a as Delivery)
    expect(await inLane()).toEqual(['b', 'c'])
    await one.bury(b as Delivery, letter)
    expect(await inLane()).toEqual(['c', 'd'])
    const [c] = await take(one)
    await one.retry(c as Delivery, 60_000)
    expect([await inLane(), await waiting()]).toEqual([['d', 'e'], []])
  })

  it("is not touched by another's backlog, which it does not wait for", async () => {
    await show(one, 1, 1)
    await put('noisy', 'a', 'b', 'c')
    await put('quiet', 'x')
    expect(await inLane()).toEqual(['a', 'x'])
    const [a] = await take(one)
    await one.ack(a as Delivery)
    expect(textsOf((await take(one, 2)).map(({ job }) => job))).toEqual(['x', 'b'])
  })

  it('is as many jobs as all workers do at a time, and grows at once when one more comes', async () => {
    await show(one, 2)
    await put('noisy', 'a', 'b', 'c', 'd', 'e', 'f')
    await put('quiet', 'x')
    expect(await inLane()).toEqual(['a', 'b', 'x'])
    await show(other, 3)
    expect(await inLane()).toEqual(['a', 'b', 'x', 'c', 'd', 'e'])
    await other.leave([])
    await show(one, 2)
    const [a] = await take(one)
    await one.ack(a as Delivery)
    expect(await waiting()).toEqual(['f'])
  })

  it('still counts a worker that leaves for the jobs that it goes on with, which have places too', async () => {
    await show(one, 2)
    await show(other, 2)
    await put('only', 'a', 'b', 'c', 'd', 'e', 'f')
    const kept = await take(other, 2)
    await other.leave(kept)
    await other.beat(kept, { canDo: 0, maxShare: null })
    await show(one, 2)
    const [c] = await take(one)
    await one.ack(c as Delivery)
    expect(await inLane()).toEqual(['a', 'b', 'd', 'e'])
  })

  it('has a job that is handed back before those that wait', async () => {
    await show(one, 1, 1)
    await put('noisy', 'a', 'b')
    await take(one)
    await one.leave([])
    expect([await inLane(), await waiting()]).toEqual([['a'], ['b']])
  })

  it('has a job that is tried again before those that wait, once there is a place', async () => {
    await show(one, 1, 1)
    await put('noisy', 'a', 'b', 'c')
    const [a] = await take(one)
    await one.retry(a as Delivery, 0)
    await sleep(2)
    await other.tend()
    expect([await inLane(), await waiting()]).toEqual([['b'], ['a', 'c']])
    const [b] = await take(one)
    await one.ack(b as Delivery)
    expect(await take(one)).toMatchObject([{ origin: a?.origin, attempt: 2, job: a?.job }])
  })

  it('counts the time that a job waits for a place from its deadline', async () => {
    await show(one, 1, 1)
    await put('noisy', 'a')
    const brief = segmentJob({ tenantId: 'noisy', text: 'b', deadlineMs: 50 })
    await enqueue(redis, lane, brief)
    await sleep(60)
    const [a] = await take(one)
    await one.ack(a as Delivery)
    const [b] = await take(one)
    expect(b?.job).toEqual(brief)
    const [seconds, microseconds] = (await redis.commands.time()).map(Number) as [number, number]
    expect(b?.deadlineAtMs).toBeLessThan(seconds * 1_000 + microseconds / 1_000)
  })

  it('leaves nothing behind when all is done', async () => {
    await show(one, 1, 1)
    await put('noisy', 'a', 'b', 'c')
    for (let done = 0; done < 3; done++) for (const delivery of await take(one)) await one.ack(delivery)
    const { places, overflow } = placesKeys(lane)
    expect(await redis.commands.exists(places, overflow)).toBe(0)
  })

  it('shows in how a lane is, with the age of what waits', async () => {
    await show(one, 1, 1)
    await put('noisy', 'a', 'b', 'c')
    await take(one)
    await sleep(20)
    const stats = await laneStats(redis, lane)
    expect(stats).toMatchObject({ depth: 2, pending: 1, overflow: 2 })
    expect(stats.oldestMs).toBeGreaterThanOrEqual(20)
  })

  describe('that is noted wrongly', () => {
    const { places } = placesKeys(lane)
    beforeEach(async () => {
      await show(one, 2, 2)
      await put('noisy', 'a', 'b', 'c', 'd')
    })

    it('is mended where it was too high, so that nobody waits for ever', async () => {
      await redis.commands.hset(places, 'noisy', '7')
      for (const delivery of await take(one, 2)) await one.ack(delivery)
      expect(await waiting()).toEqual(['c', 'd'])
      await other.tend()
      expect(await inLane()).toEqual(['c', 'd'])
      expect((await readPlaces(redis)).noted).toEqual({ noisy: 2 })
    })

    it('is mended where it was too low, or for somebody who has nothing there', async () => {
      await redis.commands.hset(places, { noisy: '1', stranger: '3' })
      await other.tend()
      expect((await readPlaces(redis)).noted).toEqual({ noisy: 2 })
    })

    it('is mended in time where the mistakes of several make up for each other', async () => {
      await redis.commands.hset(places, { noisy: '1', stranger: '1' })
      await other.tend() // the first count, since somebody waits
      expect((await readPlaces(redis)).noted).toEqual({ noisy: 2 })
    })
  })

  it('never makes others be refused: whoever has his part of what waits is, and nobody else', async () => {
    await show(one, 1, 1)
    const about = { maxWaiting: 10 }
    const ask = (tenantId: string) => enqueue(redis, lane, segmentJob({ tenantId }), about)
    for (let job = 0; job < 10; job++) expect(await ask('noisy')).toBe('queued')
    expect(await ask('noisy')).toMatchObject({ kind: 'full' })
    for (let job = 0; job < 5; job++) expect(await ask('quiet')).toBe('queued')
    expect(await ask('quiet')).toMatchObject({ kind: 'full' })
    expect(await ask('noisy')).toMatchObject({ kind: 'full' })
    expect(await ask('newcomer')).toBe('queued')
  })

  const letter = {
    job: { ...segmentJob() },
    isWhole: true,
    attempts: 1,
    cause: { kind: 'bug', code: 'oops', message: 'Oops' },
    queuedAtMs: 0,
  }
})
