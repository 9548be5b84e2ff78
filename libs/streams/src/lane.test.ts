import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Redis, enqueue } from './index.ts'
import { type LaneHold, holdLane } from './lane.ts'
import { type TestRedis, startRedis } from './testing/index.ts'
import { lane, open, segmentJob } from './testing/streams.fixture.ts'

describe('a hold on a lane entry', () => {
  let server: TestRedis
  let redis: Redis
  let old: LaneHold
  let next: LaneHold
  beforeAll(async () => {
    server = await startRedis()
    redis = await open(server.url)
  })
  afterAll(async () => {
    await redis.close()
    await server.close()
  })
  beforeEach(async () => {
    await redis.commands.flushall()
    old = holdLane(redis, lane, 'old')
    next = holdLane(redis, lane, 'next')
    await enqueue(redis, lane, segmentJob())
  })

  const holder = async (): Promise<string | undefined> => {
    const pending = (await redis.commands.xpending(lane, 'tts-workers', '-', '+', 1)) as [string, string][]
    return pending[0]?.[1]
  }

  it('passes to the claimer for good: the old holder can neither show life nor ack', async () => {
    const [held] = await old.read(redis.commands, 1, 1)
    const [claimed] = await next.claim(1, 0)
    if (held === undefined || claimed === undefined) throw new Error('nothing was delivered')
    expect([held.attempt, claimed.attempt]).toEqual([1, 2])
    expect(await old.extend([held])).toEqual([held])
    expect(await holder()).toBe('next')
    await old.ack(held)
    expect(await redis.commands.xlen(lane)).toBe(1)
    expect(await next.extend([claimed])).toEqual([])
    await next.ack(claimed)
    expect(await redis.commands.xlen(lane)).toBe(0)
    expect(await holder()).toBeUndefined()
  })

  it('of an earlier attempt is void even for the same consumer', async () => {
    const [held] = await old.read(redis.commands, 1, 1)
    const [again] = await old.claim(1, 0)
    if (held === undefined || again === undefined) throw new Error('nothing was delivered')
    expect(await old.extend([held])).toEqual([held])
    await old.ack(held)
    expect(await redis.commands.xlen(lane)).toBe(1)
    await old.ack(again)
    expect(await redis.commands.xlen(lane)).toBe(0)
  })

  it('cannot be claimed while it shows life, and can when it was left', async () => {
    const [held] = await old.read(redis.commands, 1, 1)
    if (held === undefined) throw new Error('nothing was delivered')
    expect(await next.claim(1, 60_000)).toEqual([])
    await old.leave([held])
    expect(await next.claim(1, 60_000)).toEqual([])
    await old.leave([])
    expect(await next.claim(1, 60_000)).toMatchObject([{ entry: held.entry, attempt: 2, job: held.job }])
  })
})
