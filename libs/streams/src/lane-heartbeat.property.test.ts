import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { enqueue, laneStats } from './index.ts'
import { type Delivery, type LaneHold, holdLane } from './lane-hold.ts'
import { makePresenceVerdict } from './presence-verdict.ts'
import { lanePresence } from './scripts.gen.ts'
import { useRedis } from './testing/index.ts'
import { lane, laneKeys, segmentJob } from './testing/streams.fixture.ts'

type Act = { kind: 'beat' | 'take' | 'claim' | 'leave' | 'return'; worker: number } | { kind: 'time' }

/** A worker does something, or all are silent for a while: what a worker does not do is its death. */
const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    {
      weight: 7,
      arbitrary: fc.record({
        kind: fc.constantFrom('beat', 'beat', 'take', 'take', 'take', 'claim', 'claim', 'claim', 'leave', 'return'),
        worker: fc.nat(2),
      }),
    },
    { weight: 6, arbitrary: fc.constant({ kind: 'time' as const }) },
  ),
  { minLength: 60, maxLength: 100, size: 'max' },
)

/** Three silences are too long, two are not, by far more than a test takes. */
const silenceMs = 40_000
const claimAfterMs = 100_000
/** Whoever beats forgets those who have not done so for this long. */
const goneAfterMs = 60_000

interface Held {
  worker: number
  shownAtMs: number
}

describe('Property: heartbeat liveness, over any schedule of workers', () => {
  const redis = useRedis().handle()
  const [group, workers] = ['tts-workers', `workers:{${lane}}`]

  /** As if all this time had passed, for Redis and for the model. */
  async function passTime(ms: number): Promise<void> {
    const listed = await redis.commands.zrange(workers, '0', '-1')
    const pending = (await redis.commands.xpending(lane, group, '-', '+', 100)) as [string, string, number, number][]
    await Promise.all([
      ...listed.map((member) => redis.commands.zincrby(workers, -ms, member)),
      ...pending.map(([entry, consumer, idleMs]) =>
        redis.commands.xclaim(lane, group, consumer, 0, entry, 'IDLE', idleMs + ms, 'JUSTID'),
      ),
    ])
  }

  it('a job stays with its worker while that shows life, and is there for others after; so is the worker on the list', async () => {
    const reached = { claimed: 0, kept: 0, refused: 0, absent: 0, left: 0 }
    await fc.assert(
      fc.asyncProperty(acts, async (schedule) => {
        await redis.commands.del(...laneKeys)
        const holds: LaneHold[] = ['a', 'b', 'c'].map((name) => holdLane(redis, lane, name))
        await Promise.all(holds.map((hold) => hold.join()))
        for (let job = 0; job < 4; job++) await enqueue(redis, lane, segmentJob())
        const delivered: Delivery[][] = [[], [], []] // as each worker believes
        const held = new Map<string, Held>() // as it is, by the job's origin
        const beatAtMs = new Map<number, number>()
        let nowMs = 0

        for (const act of schedule) {
          if (act.kind === 'time') {
            nowMs += silenceMs
            await passTime(silenceMs)
            continue
          }
          const { worker } = act
          const hold = holds[worker] as LaneHold
          const own = delivered[worker] as Delivery[]
          const isHolding = ({ origin }: Delivery): boolean => held.get(origin)?.worker === worker
          const takes = (fresh: Delivery[]): void => {
            for (const delivery of fresh) held.set(delivery.origin, { worker, shownAtMs: nowMs })
            delivered[worker] = [
              ...own.filter(({ origin }) => !fresh.some((other) => other.origin === origin)),
              ...fresh,
            ]
          }
          switch (act.kind) {
            case 'beat': {
              const lost = await hold.beat(own, { canDo: 2, maxShare: null })
              expect(new Set(lost)).toEqual(new Set(own.filter((delivery) => !isHolding(delivery))))
              reached.refused += lost.length
              delivered[worker] = own.filter((delivery) => !lost.includes(delivery))
              for (const { origin } of delivered[worker]) held.set(origin, { worker, shownAtMs: nowMs })
              beatAtMs.set(worker, nowMs)
              for (const [other, atMs] of beatAtMs) if (nowMs - atMs > goneAfterMs) beatAtMs.delete(other)
              break
            }
            case 'take':
              takes(await hold.read(redis.commands, 1, 1))
              break
            case 'claim': {
              const claimed = await hold.claim(10, { minIdleMs: claimAfterMs, minUpMs: 0 })
              const silent = [...held].filter(([, { shownAtMs }]) => nowMs - shownAtMs >= claimAfterMs)
              expect(claimed.map(({ origin }) => origin).sort()).toEqual(silent.map(([origin]) => origin).sort())
              reached.claimed += claimed.length
              reached.kept += held.size - claimed.length
              takes(claimed)
              break
            }
            case 'leave':
              await hold.leave([])
              for (const [origin, { worker: holder }] of [...held]) if (holder === worker) held.delete(origin)
              reached.left += own.length
              delivered[worker] = []
              beatAtMs.delete(worker)
              break
            case 'return':
              for (const delivery of own) await hold.ack(delivery)
              for (const delivery of own) if (isHolding(delivery)) held.delete(delivery.origin)
              delivered[worker] = []
              break
          }
          const [ageMs] = await lanePresence(redis, { workers }, {})
          const lastMs = Math.max(...beatAtMs.values())
          if (beatAtMs.size === 0) reached.absent += 1
          if (beatAtMs.size === 0) expect(ageMs).toBeUndefined()
          else expect(Math.round((Number(ageMs) - (nowMs - lastMs)) / silenceMs)).toBe(0)
          expect((await laneStats(redis, lane)).pending).toBe(held.size)
        }
      }),
      { numRuns: 12 },
    )
    for (const [, times] of Object.entries(reached)) expect(times).toBeGreaterThan(0)
  }, 120_000)
})

describe('Property: heartbeat liveness, over any looks at a lane', () => {
  const [graceMs, maxPauseMs] = [10_000, 5_000]
  const looks = fc.array(
    fc.record({
      afterMs: fc.constantFrom(1_000, 1_000, 1_000, 2_500, 4_999, 6_000),
      ageMs: fc.oneof(
        { weight: 2, arbitrary: fc.constantFrom(0, 2_000, 9_999) },
        { weight: 9, arbitrary: fc.constantFrom(10_000, 40_000, null) },
        { weight: 1, arbitrary: fc.constant('unknown' as const) },
      ),
    }),
    { maxLength: 60, size: 'max' },
  )

  it('it counts as unserved if and only if nobody was seen in ten seconds in which it was looked at', () => {
    const reached = new Set<string>()
    fc.assert(
      fc.property(looks, (history) => {
        const verdict = makePresenceVerdict({ graceMs, maxPauseMs })
        const seen: { atMs: number; ageMs: number | null | 'unknown' }[] = []
        let atMs = 0
        let wasServed = true
        for (const { afterMs, ageMs } of history) {
          atMs += afterMs
          seen.push({ atMs, ageMs })
          const isServed = verdict.look(atMs, ageMs)
          expect(isServed).toBe(shouldCount(seen, wasServed))
          if (isServed !== wasServed) reached.add(isServed ? 'served again' : 'unserved')
          if (!isServed && ageMs === 'unknown') reached.add('unserved, not looked at')
          wasServed = isServed
        }
      }),
      { numRuns: 300 },
    )
    expect([...reached].sort()).toEqual(['served again', 'unserved', 'unserved, not looked at'])
  })

  /** By the definition, over all looks so far. */
  function shouldCount(looks: { atMs: number; ageMs: number | null | 'unknown' }[], wasServed: boolean): boolean {
    const last = looks.at(-1)
    if (last === undefined || last.ageMs === 'unknown') return wasServed
    if (last.ageMs !== null && last.ageMs < graceMs) return true
    let first = looks.length - 1 // of those without a pause
    for (; first > 0; first--) {
      const [before, after] = [looks[first - 1], looks[first]]
      if (before === undefined || after === undefined || before.ageMs === 'unknown') break
      if (after.atMs - before.atMs > maxPauseMs) break
    }
    return last.atMs - (looks[first]?.atMs ?? 0) >= graceMs ? false : wasServed
  }
})
