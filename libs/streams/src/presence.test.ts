import { type Closable, type ManualClock, makeManualClock, silentLog, sleep } from '@voicebox/kernel'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type LaneConsumer, enqueue, laneStats, listLanes, watchLanes } from './index.ts'
import { redisKinds, useRedis } from './testing/index.ts'
import { patient } from './testing/lane.fixture.ts'
import { consume, lane, laneKeys, segmentJob, spoken } from './testing/streams.fixture.ts'

const other = 'jobs:tts:flite'

describe.each(redisKinds)('a lane, on %s', (kind) => {
  const redis = useRedis(kind).handle()
  const workers = `workers:{${lane}}`
  const consumers: LaneConsumer[] = []
  const start = (name: string): LaneConsumer => {
    const consumer = consume(redis, name, async (job, context) => void (await context.emit(spoken(job))))
    consumers.push(consumer)
    return consumer
  }
  beforeEach(async () => {
    await redis.commands.del(...laneKeys)
    await redis.commands.del('lanes')
  })
  afterEach(async () => {
    await Promise.all(consumers.splice(0).map((consumer) => consumer.close()))
  })

  describe('that is watched', () => {
    let clock: ManualClock
    let looks: number
    let changes: string[]
    let watch: Closable
    beforeEach(() => {
      clock = makeManualClock(1_000_000)
      looks = 0
      changes = []
      const onChange = (name: string, isServed: boolean): void => void changes.push(`${name} ${isServed}`)
      const watched: ManualClock = {
        ...clock,
        after(ms, run) {
          looks += 1 // the next is waited for when one is over
          return clock.after(ms, run)
        },
      }
      watch = watchLanes(redis, { lanes: [lane, other], graceMs: 10_000, onChange, clock: watched, log: silentLog })
    })
    afterEach(() => watch.close())

    async function pass(seconds: number): Promise<void> {
      for (let second = 0; second < seconds; second++) {
        await vi.waitFor(() => expect(looks).toBe(1), patient)
        looks = 0
        clock.advance(1_000)
      }
      await vi.waitFor(() => expect(looks).toBe(1), patient)
    }

    it('counts as served at first, and as unserved when nobody was seen in the time of grace', async () => {
      await pass(9)
      expect(changes).toEqual([])
      await pass(1)
      expect(changes.sort()).toEqual([`${other} false`, `${lane} false`])
    })

    it('is unserved after its last worker has left, and served again as soon as one is there', async () => {
      start('staying')
      const leaving = start('leaving')
      await vi.waitFor(async () => expect(await redis.commands.zcard(workers)).toBe(2), patient)
      await leaving.close()
      await pass(12)
      expect(changes).toEqual([`${other} false`])
      await consumers[0]?.close()
      expect(await redis.commands.zcard(workers)).toBe(0)
      await pass(1)
      expect(changes.slice(1)).toEqual([`${lane} false`])
      start('coming')
      await vi.waitFor(async () => expect(await redis.commands.zcard(workers)).toBe(1), patient)
      await pass(1)
      expect(changes.slice(1)).toEqual([`${lane} false`, `${lane} true`])
    })

    it('is unserved when its workers were silent for too long, though they never left', async () => {
      await redis.commands.zadd(workers, Date.now() - 5_000, 'silent')
      await pass(11)
      expect(changes).toEqual([`${other} false`])
      await redis.commands.zadd(workers, Date.now() - 12_000, 'silent')
      await pass(1)
      expect(changes.slice(1)).toEqual([`${lane} false`])
    })

    it('tells nothing more once it is not watched any more', async () => {
      await pass(9)
      clock.advance(1_000) // a look goes on
      await watch.close()
      clock.advance(60_000)
      await sleep(100)
      expect(changes).toEqual([])
    })
  })

  it('tells how it is', async () => {
    const empty = { depth: 0, pending: 0, later: 0, oldestMs: 0, consumers: 0, dead: 0, overflow: 0 }
    expect(await laneStats(redis, lane)).toEqual(empty)
    for (let job = 0; job < 3; job++) await enqueue(redis, lane, segmentJob())
    await redis.commands.call('XREADGROUP', 'GROUP', 'tts-workers', 'one', 'COUNT', '1', 'STREAMS', lane, '>')
    await redis.commands.zadd(workers, Date.now(), 'one')
    await redis.commands.zadd(workers, Date.now() - 60_000, 'gone')
    await redis.commands.zadd(`later:{${lane}}`, 1, 'job')
    await redis.commands.xadd(`dead:{${lane}}`, '*', 'letter', 'x')
    await vi.waitFor(async () => expect((await laneStats(redis, lane)).oldestMs).toBeGreaterThan(20), patient)
    expect(await laneStats(redis, lane)).toMatchObject({ depth: 2, pending: 1, later: 1, consumers: 1, dead: 1 })
    await redis.commands.call('XREADGROUP', 'GROUP', 'tts-workers', 'one', 'COUNT', '9', 'STREAMS', lane, '>')
    expect(await laneStats(redis, lane)).toMatchObject({ depth: 0, pending: 3, oldestMs: 0 })
  })

  it('is listed once it was worked on or watched', async () => {
    expect(await listLanes(redis)).toEqual([])
    start('one')
    await vi.waitFor(async () => expect(await listLanes(redis)).toEqual([lane]), patient)
    const watch = watchLanes(redis, { lanes: [other], onChange() {}, clock: makeManualClock(), log: silentLog })
    await vi.waitFor(async () => expect(await listLanes(redis)).toEqual([other, lane]), patient)
    await watch.close()
  })
})

describe('while Redis is away', () => {
  const server = useRedis('one server', { each: true })
  const redis = server.handle()

  it('a served lane stays so, and the time of grace begins again when it is back', async () => {
    const clock = makeManualClock()
    const changes: boolean[] = []
    let looks = 0
    const watch = watchLanes(redis, {
      lanes: [lane],
      graceMs: 10_000,
      onChange: (_, isServed) => void changes.push(isServed),
      clock: { ...clock, after: (ms, run) => ((looks += 1), clock.after(ms, run)) },
      log: silentLog,
    })
    async function look(): Promise<void> {
      const before = looks
      clock.advance(1_000)
      await vi.waitFor(() => expect(looks).toBeGreaterThan(before), { timeout: 60_000, interval: 10 })
    }
    await vi.waitFor(() => expect(looks).toBe(1), patient)
    for (let second = 0; second < 9; second++) await look()
    await server.stop()
    await look() // fails, in its own time
    clock.advance(0)
    await server.restart()
    for (let second = 0; second < 9; second++) await look()
    expect(changes).toEqual([])
    for (let second = 0; second < 3; second++) await look()
    expect(changes).toEqual([false])
    await watch.close()
  }, 120_000)
})
