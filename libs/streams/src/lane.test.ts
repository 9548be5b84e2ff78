import { beforeEach, describe, expect, it } from 'vitest'
import { enqueue } from './index.ts'
import { holdLane } from './lane-hold.ts'
import { redisKinds, useRedis } from './testing/index.ts'
import { lane, laneKeys, segmentJob } from './testing/streams.fixture.ts'

describe.each(redisKinds)('a lane that has no room for another job, on %s', (kind) => {
  const redis = useRedis(kind).handle()
  beforeEach(async () => {
    await redis.commands.del(...laneKeys)
  })

  const put = (maxWaiting: number) => enqueue(redis, lane, segmentJob(), { maxWaiting })

  it('refuses it, and takes it as soon as one that waits is begun', async () => {
    for (let waiting = 0; waiting < 3; waiting++) expect(await put(3)).toBe('queued')
    expect(await put(3)).toMatchObject({ kind: 'full' })
    const hold = holdLane(redis, lane, 'one')
    expect(await hold.read(redis.commands, 1, 1)).toHaveLength(1)
    expect(await put(3)).toBe('queued')
    expect(await put(3)).toMatchObject({ kind: 'full' })
    expect(await redis.commands.xlen(lane)).toBe(4)
  })

  it('counts none that are being done', async () => {
    const hold = holdLane(redis, lane, 'one')
    await hold.beat([], { canDo: 64, maxShare: null })
    for (let begun = 0; begun < 20; begun++) {
      expect(await put(1)).toBe('queued')
      await hold.read(redis.commands, 1, 1)
    }
  })

  it('tells how long what waits will take at the pace of late', async () => {
    const hold = holdLane(redis, lane, 'one')
    for (let done = 0; done < 50; done++) {
      await put(100)
      for (const delivery of await hold.read(redis.commands, 1, 1)) await hold.ack(delivery)
    }
    for (let waiting = 0; waiting < 30; waiting++) await put(100)
    // 50 in 10 to 20 s: 30 take 6 to 12
    const refusal = await put(30)
    expect(refusal).toMatchObject({ kind: 'full' })
    const { retryAfterMs } = refusal as { retryAfterMs: number }
    expect(retryAfterMs).toBeGreaterThanOrEqual(6_000)
    expect(retryAfterMs).toBeLessThanOrEqual(12_000)
  })

  it('sends nobody away for more than half a minute, or for less than a second', async () => {
    await put(10)
    expect(await put(1)).toEqual({ kind: 'full', retryAfterMs: 30_000 })
    const hold = holdLane(redis, lane, 'one')
    for (let done = 0; done < 100; done++) {
      await put(10)
      for (const delivery of await hold.read(redis.commands, 1, 1)) await hold.ack(delivery)
    }
    await put(10)
    expect(await put(1)).toEqual({ kind: 'full', retryAfterMs: 1_000 })
  })
})
