import { isDeepStrictEqual } from 'node:util'
import { type JobId, newId } from '@voicebox/kernel'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Redis, enqueue } from './index.ts'
import { placesKeys } from './keys.ts'
import { type Delivery, type LaneHold, holdLane } from './lane-hold.ts'
import { redisKinds, useRedis } from './testing/index.ts'
import { readPlaces } from './testing/places.fixture.ts'
import { lane, laneKeys, segmentJob } from './testing/streams.fixture.ts'

type Act =
  | { kind: 'put'; tenant: number; jobs: number }
  | { kind: 'take'; worker: number }
  /** What a worker does with the oldest job that it believes to hold; said again where the answer was lost. */
  | { kind: 'ack' | 'retry' | 'bury'; worker: number; isSaidTwice: boolean }
  /** Whoever held jobs is taken for dead; it does not know. */
  | { kind: 'claim' | 'leave' | 'tend'; worker: number }
  /** Redis notes what it has, or comes back with what it had noted. */
  | { kind: 'save' | 'lose' }
  /** A tenant's count is too high, as no script leaves it. */
  | { kind: 'miscount'; tenant: number; by: number }

const worker = fc.nat(2)
const tenant = fc.nat(2)
const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant('put' as const), tenant, jobs: fc.integer({ min: 1, max: 4 }) }),
    },
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('take' as const), worker }) },
    {
      weight: 10,
      arbitrary: fc.record({
        kind: fc.constantFrom('ack', 'ack', 'ack', 'retry', 'bury'),
        worker,
        isSaidTwice: fc.boolean(),
      }),
    },
    { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('claim', 'leave', 'tend'), worker }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('save', 'lose') }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('miscount' as const), tenant, by: fc.integer({ min: 1, max: 5 }) }),
    },
  ),
  { minLength: 50, maxLength: 80, size: 'max' },
)

/** What there is, told without places: which jobs of whom are not done, and who has them. */
interface Truth {
  open: Map<JobId, { tenant: string; number: number }>
  /** In which delivery, too: of one that was lost with Redis's data a worker may still know. */
  holders: Map<JobId, { worker: number; entry: string; delivery: number }>
  /** Of each tenant, the newest job that was ever delivered. */
  begun: Map<string, number>
  isMiscounted: boolean
}

const maxShare = 2
const letter = {
  job: { ...segmentJob() },
  isWhole: true,
  attempts: 1,
  cause: { kind: 'bug', code: 'oops', message: 'Oops' },
  queuedAtMs: 0,
}

describe.each(redisKinds)('Property: fair lanes, over any schedule of tenants and workers, on %s', (kind) => {
  const redis = useRedis(kind).handle()
  const { places } = placesKeys(lane)

  it('no job is lost or has two holders, no tenant passes its share, and all that waits is done in the end', async () => {
    const reached = new Map<string, number>()
    const count = (what: string): void => void reached.set(what, (reached.get(what) ?? 0) + 1)
    await fc.assert(
      fc.asyncProperty(acts, async (schedule) => {
        await redis.commands.del(...laneKeys)
        const holds: LaneHold[] = ['a', 'b', 'c'].map((name) => holdLane(redis, lane, name))
        for (const hold of holds) await hold.beat([], { canDo: 2, maxShare })
        await holds[0]?.join()
        const believed: Delivery[][] = [[], [], []]
        let truth: Truth = { open: new Map(), holders: new Map(), begun: new Map(), isMiscounted: false }
        let saved = { restore: await dump(redis), truth: structuredClone(truth) }
        let numbers = 0

        const receive = (of: number, fresh: Delivery[], isClaim: boolean): void => {
          for (const delivery of fresh) {
            const id = idOf(delivery)
            const about = truth.open.get(id)
            if (about === undefined) throw new Error('A job was delivered that is done')
            if (!isClaim) expect(truth.holders.get(id)).toBeUndefined()
            if (delivery.attempt === 1) {
              expect(about.number).toBeGreaterThan(truth.begun.get(about.tenant) ?? -1)
              truth.begun.set(about.tenant, about.number)
            }
            truth.holders.set(id, { worker: of, entry: delivery.entry, delivery: delivery.delivery })
          }
          const ids = new Set(fresh.map(idOf))
          believed[of] = [...(believed[of] ?? []).filter((delivery) => !ids.has(idOf(delivery))), ...fresh]
          if (isClaim && fresh.length > 0) count('claimed')
        }

        const say = async (of: number, act: 'ack' | 'retry' | 'bury', times: number): Promise<void> => {
          const [delivery, ...others] = believed[of] ?? []
          if (delivery === undefined) return
          const hold = holds[of] as LaneHold
          believed[of] = others
          for (let time = 0; time < times; time++) {
            if (act === 'ack') await hold.ack(delivery)
            else if (act === 'retry') await hold.retry(delivery, 0)
            else await hold.bury(delivery, letter)
          }
          const id = idOf(delivery)
          const held = truth.holders.get(id)
          const isHeld = held?.worker === of && held.entry === delivery.entry && held.delivery === delivery.delivery
          if (!isHeld) return count('said too late')
          truth.holders.delete(id)
          if (act !== 'retry') truth.open.delete(id)
          count(act)
        }

        for (const act of schedule) {
          switch (act.kind) {
            case 'put':
              for (let job = 0; job < act.jobs; job++) {
                const tenantId = `tenant ${act.tenant}`
                const { id, ...rest } = segmentJob({ tenantId })
                truth.open.set(id, { tenant: tenantId, number: numbers++ })
                expect(await enqueue(redis, lane, { id, ...rest })).toBe('queued')
              }
              break
            case 'take':
              receive(act.worker, await (holds[act.worker] as LaneHold).read(redis.commands, 1, 1), false)
              break
            case 'ack':
            case 'retry':
            case 'bury':
              await say(act.worker, act.kind, act.isSaidTwice ? 2 : 1)
              break
            case 'claim':
              receive(act.worker, await (holds[act.worker] as LaneHold).claim(100, { minIdleMs: 0, minUpMs: 0 }), true)
              break
            case 'leave':
              await holds[act.worker]?.leave([])
              for (const [id, held] of [...truth.holders]) if (held.worker === act.worker) truth.holders.delete(id)
              believed[act.worker] = []
              break
            case 'tend':
              await holds[act.worker]?.tend()
              break
            case 'save':
              saved = { restore: await dump(redis), truth: structuredClone(truth) }
              break
            case 'lose':
              await saved.restore()
              truth = structuredClone(saved.truth)
              count('lost data')
              break
            case 'miscount':
              truth.isMiscounted = true
              await redis.commands.hincrby(places, `tenant ${act.tenant}`, act.by)
              count('miscounted')
              break
          }

          const { inLane, overflow, noted } = await readPlaces(redis)
          const have = tally(inLane.map(({ tenantId }) => tenantId))
          const later = await redis.commands.zcard(`later:{${lane}}`)
          expect(inLane.length + overflow.length + later).toBe(truth.open.size)
          for (const { id } of [...inLane, ...overflow]) expect(truth.open.has(id)).toBe(true)
          expect(new Set([...inLane, ...overflow].map(({ id }) => id)).size).toBe(inLane.length + overflow.length)
          if (overflow.length > 0) count('overflowing')
          truth.isMiscounted &&= !isDeepStrictEqual(noted, have) // until somebody has counted
          if (truth.isMiscounted) continue
          expect(noted).toEqual(have)
          for (const places of Object.values(have)) expect(places).toBeLessThanOrEqual(maxShare)
          for (const { tenantId } of overflow) expect(have[tenantId]).toBe(maxShare)
        }

        // Workers go on: whoever held something is dead, and a count that was wrong is mended within ten seconds.
        await redis.commands.hdel(`share:{${lane}}`, 'recounted_at')
        for (let round = 0; truth.open.size > 0; round++) {
          expect(round).toBeLessThan(1_000)
          await holds[0]?.tend()
          receive(0, await (holds[0] as LaneHold).claim(100, { minIdleMs: 0, minUpMs: 0 }), true)
          receive(0, await (holds[0] as LaneHold).read(redis.commands, 4, 1), false)
          while ((believed[0]?.length ?? 0) > 0) await say(0, 'ack', 1)
        }
        await holds[0]?.tend()
        expect(await readPlaces(redis)).toEqual({ inLane: [], overflow: [], noted: {} })
      }),
      { numRuns: 15, endOnFailure: true },
    )
    expect([...reached.keys()].sort()).toEqual(
      ['ack', 'bury', 'claimed', 'lost data', 'miscounted', 'overflowing', 'retry', 'said too late'].sort(),
    )
  }, 120_000)
})

function idOf({ job }: Delivery): JobId {
  return job?.id ?? newId('job')
}

function tally(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

/** Notes all that Redis has of the lane; what it answers makes it so again. */
async function dump({ commands }: Redis): Promise<() => Promise<void>> {
  const values = await Promise.all(laneKeys.map(async (name) => [name, await commands.dumpBuffer(name)] as const))
  return async () => {
    await commands.del(...laneKeys)
    for (const [name, value] of values) if (value !== null) await commands.restore(name, 0, value)
  }
}
