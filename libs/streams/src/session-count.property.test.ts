import { type SessionId, newId } from '@voicebox/kernel'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Redis, countNoMore, enterSession } from './index.ts'
import { keys } from './keys.ts'
import { keepCounting } from './session-count.ts'
import { redisKinds, useRedis } from './testing/index.ts'

/** Several ask at once; a session shows life or ends, perhaps twice, since an answer was lost; or all are silent for a while. */
type Act = { kind: 'ask'; times: number } | { kind: 'beat' | 'end'; which: number; isTwice: boolean } | { kind: 'time' }

const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('ask' as const), times: fc.integer({ min: 1, max: 4 }) }) },
    {
      weight: 5,
      arbitrary: fc.record({ kind: fc.constantFrom('beat', 'beat', 'end'), which: fc.nat(20), isTwice: fc.boolean() }),
    },
    { weight: 3, arbitrary: fc.constant({ kind: 'time' as const }) },
  ),
  { minLength: 30, maxLength: 60, size: 'max' },
)

/** A session lives for two silences and a half, by far more than a test takes. */
const silenceMs = 40_000
const ttlMs = 100_000

describe.each(redisKinds)('Property: rate-limit accuracy, of the sessions of a tenant, on %s', (kind) => {
  const server = useRedis(kind)
  const gateways = [server.handle(), server.handle(), server.handle()]
  const redis = gateways[0] as Redis

  it('there are never more than the limit that live, and whoever asks below it is let in', async () => {
    const reached = { entered: 0, refused: 0, ended: 0, died: 0 }
    await fc.assert(
      fc.asyncProperty(acts, fc.integer({ min: 1, max: 4 }), async (schedule, limit) => {
        const tenantId = newId('job')
        const key = keys.countedSessions(tenantId)
        const lives = new Map<SessionId, number>() // until when
        let nowMs = 0
        for (const act of schedule) {
          const which = [...lives.keys()][act.kind === 'beat' || act.kind === 'end' ? act.which % lives.size : 0]
          switch (act.kind) {
            case 'ask': {
              const ids = Array.from({ length: act.times }, () => newId('sess'))
              const answers = await Promise.all(
                ids.map((sessionId, at) =>
                  enterSession(gateways[at % gateways.length] as Redis, { tenantId, sessionId, ttlMs, limit }),
                ),
              )
              const entered = ids.filter((_, at) => answers[at] === 'entered')
              expect(entered).toHaveLength(Math.min(act.times, limit - lives.size))
              for (const id of entered) lives.set(id, nowMs + ttlMs)
              reached.entered += entered.length
              reached.refused += act.times - entered.length
              break
            }
            case 'beat':
              if (which === undefined) break
              for (let time = 0; time < (act.isTwice ? 2 : 1); time++)
                await keepCounting(redis, { tenantId, sessionId: which }, ttlMs)
              lives.set(which, nowMs + ttlMs)
              break
            case 'end':
              if (which === undefined) break
              for (let time = 0; time < (act.isTwice ? 2 : 1); time++)
                await countNoMore(redis, { tenantId, sessionId: which })
              lives.delete(which)
              reached.ended += 1
              break
            case 'time':
              nowMs += silenceMs
              for (const member of await redis.commands.zrange(key, '0', '-1'))
                await redis.commands.zincrby(key, -silenceMs, member)
              for (const [id, untilMs] of [...lives])
                if (untilMs <= nowMs) {
                  lives.delete(id)
                  reached.died += 1
                }
              break
          }
          expect(lives.size).toBeLessThanOrEqual(limit)
        }
      }),
      { numRuns: 25 },
    )
    for (const times of Object.values(reached)) expect(times).toBeGreaterThan(0)
  }, 60_000)
})
