import { newId } from '@voicebox/kernel'
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { type AudioLease, type Redis, leaseAudio } from './index.ts'
import { keys } from './keys.ts'
import { redisKinds, useRedis } from './testing/index.ts'

describe.each(redisKinds)('the audio of a tenant in a day, on %s', (kind) => {
  const server = useRedis(kind)
  const redis = server.handle()
  const gateways = [redis, server.handle()]
  let tenantId: string
  let day: number
  beforeEach(async () => {
    tenantId = newId('job')
    day = (await leaseAudio(redis, tenantId, { connection: 'nobody', day: 0, totalMs: 1, limitMs: 1 })).day
  })

  const ask = (connection: string, totalMs: number, limitMs = 10_000): Promise<AudioLease> =>
    leaseAudio(redis, tenantId, { connection, day, totalMs, limitMs })

  it('is given to connections until no more is left, and told until when', async () => {
    expect(await ask('one', 6_000)).toMatchObject({ day, totalMs: 6_000 })
    expect(await ask('other', 6_000)).toMatchObject({ totalMs: 4_000 })
    const { totalMs, resetMs } = await ask('one', 7_000)
    expect(totalMs).toBe(6_000)
    expect(resetMs).toBeGreaterThan(0)
    expect(resetMs).toBeLessThanOrEqual(86_400_000)
  })

  it('is there for others when a connection gives back what it did not take', async () => {
    await ask('one', 10_000)
    await ask('one', 4_000, 0)
    expect(await ask('other', 9_000)).toMatchObject({ totalMs: 6_000 })
  })

  it('is not taken away from who has it when the limit is lowered, and no more is given', async () => {
    await ask('one', 8_000)
    expect(await ask('one', 9_000, 5_000)).toMatchObject({ totalMs: 8_000 })
    expect(await ask('other', 1_000, 5_000)).toMatchObject({ totalMs: 0 })
  })

  it('begins anew with each day', async () => {
    await ask('one', 10_000)
    await redis.commands.hset(keys.countedAudio(tenantId), 'day', day - 1)
    expect(
      await leaseAudio(redis, tenantId, { connection: 'one', day: day - 1, totalMs: 11_000, limitMs: 10_000 }),
    ).toMatchObject({ day, totalMs: 0 })
    expect(await ask('one', 10_000)).toMatchObject({ totalMs: 10_000 })
  })

  const calls = fc.array(
    fc.record({
      gateway: fc.nat(1),
      connection: fc.nat(3),
      more: fc.integer({ min: -3_000, max: 4_000 }),
      isTwice: fc.boolean(),
    }),
    { minLength: 20, maxLength: 40, size: 'max' },
  )

  it('Property: rate-limit accuracy: all connections together have never more than the limit, and all of it if they want it', async () => {
    await fc.assert(
      fc.asyncProperty(calls, async (schedule) => {
        tenantId = newId('job')
        const limitMs = 10_000
        const have = new Map<number, number>()
        for (const { gateway, connection, more, isTwice } of schedule) {
          const own = have.get(connection) ?? 0
          const about = { connection: String(connection), day, totalMs: Math.max(0, own + more), limitMs }
          for (let time = 0; time < (isTwice ? 2 : 1); time++) {
            const lease = await leaseAudio(gateways[gateway] as Redis, tenantId, about)
            have.set(connection, lease.totalMs)
          }
          const others = [...have].reduce((sum, [id, ms]) => (id === connection ? sum : sum + ms), 0)
          expect(have.get(connection)).toBe(Math.min(about.totalMs, limitMs - others))
        }
      }),
      { numRuns: 20 },
    )
  }, 60_000)
})
