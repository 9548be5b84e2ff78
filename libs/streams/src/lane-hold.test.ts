import { sleep } from '@voicebox/kernel'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { enqueue, laneStats } from './index.ts'
import { placesKeys } from './keys.ts'
import { type Delivery, type LaneHold, holdLane } from './lane-hold.ts'
import { laneTend } from './scripts.gen.ts'
import { redisKinds, useRedis } from './testing/index.ts'
import { lane, laneKeys, segmentJob } from './testing/streams.fixture.ts'

describe.each(redisKinds)('a hold on a lane entry, on %s', (kind) => {
  const redis = useRedis(kind).handle()
  let old: LaneHold
  let next: LaneHold
  beforeEach(async () => {
    await redis.commands.del(...laneKeys)
    old = holdLane(redis, lane, 'old')
    next = holdLane(redis, lane, 'next')
    await enqueue(redis, lane, segmentJob())
  })

  const holder = async (): Promise<string | undefined> => {
    const pending = (await redis.commands.xpending(lane, 'tts-workers', '-', '+', 1)) as [string, string][]
    return pending[0]?.[1]
  }
  const length = () => redis.commands.xlen(lane)
  async function first(deliveries: Promise<Delivery[]>): Promise<Delivery> {
    const [delivery] = await deliveries
    if (delivery === undefined) throw new Error('nothing was delivered')
    return delivery
  }
  const read = (hold: LaneHold): Promise<Delivery> => first(hold.read(redis.commands, 1, 1))

  it('passes to the claimer for good: the old holder can neither show life, nor ack, nor put back, nor bury', async () => {
    const held = await read(old)
    const claimed = await first(next.claim(1, { minIdleMs: 0, minUpMs: 0 }))
    expect([held.attempt, claimed.attempt]).toEqual([1, 2])
    expect(await old.beat([held], { canDo: 1, maxShare: null })).toEqual([held])
    expect(await holder()).toBe('next')
    await old.ack(held)
    await old.retry(held, 0)
    await old.bury(held, letter)
    expect(await length()).toBe(1)
    expect(await laneStats(redis, lane)).toMatchObject({ pending: 1, later: 0, dead: 0 })
    expect(await next.beat([claimed], { canDo: 1, maxShare: null })).toEqual([])
    await next.ack(claimed)
    expect(await length()).toBe(0)
    expect(await holder()).toBeUndefined()
  })

  it('of an earlier delivery is void even for the same consumer', async () => {
    const held = await read(old)
    const again = await first(old.claim(1, { minIdleMs: 0, minUpMs: 0 }))
    expect(await old.beat([held], { canDo: 1, maxShare: null })).toEqual([held])
    await old.ack(held)
    await old.retry(held, 0)
    await old.bury(held, letter)
    expect(await length()).toBe(1)
    await old.ack(again)
    expect(await length()).toBe(0)
  })

  it('cannot be claimed while it shows life', async () => {
    await read(old)
    expect(await next.claim(1, { minIdleMs: 60_000, minUpMs: 0 })).toEqual([])
  })

  it('that is left is there for anybody at once, and the job counts its attempts', async () => {
    const held = await read(old)
    await old.leave([held])
    expect(await next.read(redis.commands, 1, 1)).toEqual([])
    await old.leave([])
    const taken = await read(next)
    expect(taken).toMatchObject({ origin: held.entry, attempt: 2, job: held.job, deadlineAtMs: held.deadlineAtMs })
    expect(taken.entry).not.toBe(held.entry)
    await next.leave([])
    expect(await read(old)).toMatchObject({ origin: held.entry, attempt: 3, job: held.job })
    expect(await length()).toBe(1)
  })

  it('is given up for a while by a retry: nobody gets the job before, and anybody after', async () => {
    const held = await read(old)
    const askedAtMs = performance.now()
    await old.retry(held, 1_000)
    await next.tend()
    expect(await next.read(redis.commands, 1, 1)).toEqual([])
    expect(await laneStats(redis, lane)).toMatchObject({ depth: 0, pending: 0, later: 1 })
    await vi.waitFor(async () => {
      await next.tend()
      expect(await length()).toBe(1)
    }, 20_000)
    expect(performance.now() - askedAtMs).toBeGreaterThan(900) // by another clock than Redis's
    expect(await read(next)).toMatchObject({ origin: held.entry, attempt: 2, job: held.job })
    expect(await laneStats(redis, lane)).toMatchObject({ depth: 0, pending: 1, later: 0 })
  })

  it('counts claims and retries of a job together', async () => {
    await read(old)
    const claimed = await first(next.claim(1, { minIdleMs: 0, minUpMs: 0 }))
    await next.retry(claimed, 0)
    await next.tend()
    const again = await read(old)
    await old.retry(again, 0)
    await old.tend()
    await read(old)
    const last = await first(next.claim(1, { minIdleMs: 0, minUpMs: 0 }))
    expect([claimed.attempt, again.attempt, last.attempt]).toEqual([2, 3, 5])
    expect(new Set([claimed.origin, again.origin, last.origin]).size).toBe(1)
  })

  it('changes nothing when what was said about it is said twice', async () => {
    const held = await read(old)
    await old.retry(held, 0)
    await old.retry(held, 0)
    await old.tend()
    await old.tend()
    expect(await length()).toBe(1)
    const again = await read(old)
    await old.leave([])
    await old.leave([])
    expect(await length()).toBe(1)
    const third = await read(old)
    expect([again.attempt, third.attempt]).toEqual([2, 3])
    await old.bury(third, letter)
    await old.bury(third, letter)
    expect(await laneStats(redis, lane)).toMatchObject({ depth: 0, pending: 0, dead: 1 })
    await redis.commands.del(`dead:{${lane}}`)
  })

  it('is kept with its consumer, however long that is silent; one that holds nothing is forgotten', async () => {
    await read(old)
    await redis.commands.xgroup('CREATECONSUMER', lane, 'tts-workers', 'idle')
    const tend = (forget_idle_ms: number): Promise<string> =>
      laneTend(
        redis,
        { lane, later: `later:{${lane}}`, ...placesKeys(lane) },
        { group: 'tts-workers', forget_idle_ms, recount_ms: 0 },
      )
    const names = async (): Promise<unknown[]> => {
      const consumers = (await redis.commands.xinfo('CONSUMERS', lane, 'tts-workers')) as unknown[][]
      return consumers.map(([, name]) => name).sort()
    }
    await sleep(20)
    await tend(60_000)
    expect(await names()).toEqual(['idle', 'old'])
    await tend(1)
    expect(await names()).toEqual(['old'])
  })

  const letter = {
    job: { ...segmentJob() },
    isWhole: true,
    attempts: 1,
    cause: { kind: 'bug', code: 'oops', message: 'Oops' },
    queuedAtMs: 0,
  }
})

describe('a hold on an entry of a lane whose server has just come back', () => {
  const server = useRedis('one server', { persistent: true })
  const redis = server.handle()

  it('cannot be claimed by anybody before its holder had time to show life, also not by who was not there before', async () => {
    const old = holdLane(redis, lane, 'old')
    await old.join()
    await enqueue(redis, lane, segmentJob())
    await old.read(redis.commands, 1, 1)
    await sleep(1_200)
    await server.restart()
    const next = holdLane(redis, lane, 'next')
    await vi.waitFor(() => next.join(), { timeout: 10_000, interval: 20 })
    expect(await next.claim(1, { minIdleMs: 1_000, minUpMs: 2_000 })).toEqual([])
    await vi.waitFor(async () => expect(await next.claim(1, { minIdleMs: 1_000, minUpMs: 2_000 })).toHaveLength(1), {
      timeout: 10_000,
      interval: 20,
    })
  })
})
