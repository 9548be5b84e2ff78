import { newId, sleep } from '@voicebox/kernel'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Counted,
  type LimitRefusal,
  type LimitsState,
  type RateLimits,
  type Redis,
  reserve,
  settle,
} from './index.ts'
import { modelOf } from './limiter.testing.ts'
import { redisKinds, useRedis } from './testing/index.ts'

interface Call {
  gateway: number
  /** Before the call; most come together. */
  gapMs: number
  action: 'reserve' | 'settle'
  /** Which response, counted back from the latest; null is a new one. */
  back: number | null
  tokens: number
}

const schedules: fc.Arbitrary<Call[]> = fc.array(
  fc.record({
    gateway: fc.nat(2),
    gapMs: fc.constantFrom(0, 0, 0, 0, 2, 7, 15),
    action: fc.constantFrom('reserve', 'reserve', 'settle'),
    back: fc.option(fc.nat(6), { freq: 2 }),
    tokens: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 60 }) }, fc.constantFrom(0, 101)),
  }),
  { minLength: 20, maxLength: 50, size: 'max' },
)

const limits: fc.Arbitrary<RateLimits> = fc.record({
  requests: fc.option(fc.integer({ min: 1, max: 6 }), { freq: 5 }),
  tokens: fc.option(fc.constant(100), { freq: 5 }),
  windowMs: fc.constant(30),
})

interface Played {
  action: Call['action']
  counted: Counted
  told: LimitsState & { refusal?: LimitRefusal | null }
}

describe.each(redisKinds)('Property: rate-limit accuracy, over any schedule of several gateways, on %s', (kind) => {
  const server = useRedis(kind)
  const gateways = [server.handle(), server.handle(), server.handle()]

  /** Makes all calls, without waiting for their answers, and tells them in the order in which the server took them. */
  async function play(calls: Call[], allowed: RateLimits): Promise<Played[]> {
    const tenantId = newId('sess')
    const responses: Counted['responseId'][] = []
    const played: Promise<Played>[] = []
    for (const { gateway, gapMs, action, back, tokens } of calls) {
      if (gapMs > 0) await sleep(gapMs)
      const responseId = (back === null ? undefined : responses.at(-1 - back)) ?? newId('resp')
      if (!responses.includes(responseId)) responses.push(responseId)
      const counted = { responseId, tokens }
      const answer = { reserve, settle }[action](gateways[gateway] as Redis, tenantId, allowed, counted)
      played.push(answer.then((told) => ({ action, counted, told })))
    }
    return (await Promise.all(played)).sort((a, b) => a.told.atUs - b.told.atUs)
  }

  it('no window sees more admitted than the limits, and nobody is refused who is under them', async () => {
    const reached = { admitted: 0, refused: 0 }
    await fc.assert(
      fc.asyncProperty(schedules, limits, async (calls, allowed) => {
        const reserves = calls.map((call): Call => ({ ...call, action: 'reserve', back: null }))
        const admitted: { atUs: number; tokens: number }[] = []
        for (const { counted, told } of await play(reserves, allowed)) {
          const tokens = Math.max(1, counted.tokens)
          const within = admitted.filter(({ atUs }) => atUs > told.atUs - allowed.windowMs * 1_000)
          const fits =
            within.length + 1 <= (allowed.requests ?? Infinity) &&
            within.reduce((sum, one) => sum + one.tokens, tokens) <= (allowed.tokens ?? Infinity)
          expect(told.refusal === null).toBe(fits)
          reached[fits ? 'admitted' : 'refused'] += 1
          if (fits) admitted.push({ atUs: told.atUs, tokens })
        }
      }),
      { numRuns: 25 },
    )
    for (const times of Object.values(reached)) expect(times).toBeGreaterThan(0)
  }, 60_000)

  it('every answer is what the definition of the window says, to the microsecond', async () => {
    const reached = new Set<string>()
    await fc.assert(
      fc.asyncProperty(schedules, limits, async (calls, allowed) => {
        const model = modelOf(allowed)
        const admittedAtUs = new Map<string, number>()
        for (const { action, counted, told } of await play(calls, allowed)) {
          expect(told).toEqual(model[action](told.atUs, counted))
          const ageUs = told.atUs - (admittedAtUs.get(counted.responseId) ?? Infinity)
          if (ageUs > 0)
            reached.add(`${action} again ${ageUs < allowed.windowMs * 1_000 ? 'within' : 'after'} the window`)
          if (told.refusal)
            reached.add(`${told.refusal.limit} refused${told.refusal.waitMs === null ? ' for ever' : ''}`)
          else if (action === 'reserve') admittedAtUs.set(counted.responseId, told.atUs)
        }
      }),
      { numRuns: 40 },
    )
    expect([...reached].sort()).toEqual([
      'requests refused',
      'reserve again after the window',
      'reserve again within the window',
      'settle again after the window',
      'settle again within the window',
      'tokens refused',
      'tokens refused for ever',
    ])
  }, 60_000)
})
