import { Failure, newId } from '@voicebox/kernel'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { type RateLimits, enqueue, reserve, settle } from './index.ts'
import { useRedis } from './testing/index.ts'
import { patient, useLane } from './testing/lane.fixture.ts'
import { lane, segmentJob, spoken } from './testing/streams.fixture.ts'

/** A response on its way: what goes wrong with its job, and what its gateway does twice because it did not hear the answer. */
const responses = fc.array(
  fc.record({
    tokens: fc.integer({ min: 1, max: 500 }),
    failures: fc.nat(3),
    isDeliveredToTheDead: fc.boolean(),
    reservedTwice: fc.boolean(),
    queuedTwice: fc.boolean(),
    settledTwice: fc.boolean(),
  }),
  { minLength: 10, maxLength: 25, size: 'max' },
)

const limits: RateLimits = { requests: 1_000, tokens: 1_000_000, windowMs: 600_000 }

describe('Property: rate-limit independence of retries', () => {
  const redis = useRedis().handle()
  const fixture = useLane(redis)

  it('a response counts as one request and its tokens once, and is answered once, however often its job is tried', async () => {
    let retries = 0
    let answered = 0
    await fc.assert(
      fc.asyncProperty(responses, async (plans) => {
        const tenantId = newId('sess')
        const attempts = new Map<string, number>()
        const jobs = plans.map((plan) => ({ plan, job: segmentJob({ sessionId: fixture.sessionId }) }))
        const consumers = ['one', 'two'].map((name) =>
          fixture.start(name, async (job, context) => {
            const wanted = jobs.find((other) => other.job.id === job.id)
            const before = attempts.get(job.id) ?? 0
            attempts.set(job.id, before + 1)
            if (before < (wanted?.plan.failures ?? 0)) throw new Failure('engine', 'engine_broke', 'It broke')
            await context.emit(spoken(job))
          }),
        )
        for (const { plan, job } of jobs) {
          const counted = { responseId: job.responseId, tokens: 1 }
          for (let time = 0; time < (plan.reservedTwice ? 2 : 1); time++)
            await reserve(redis, tenantId, limits, counted)
          for (let time = 0; time < (plan.queuedTwice ? 2 : 1); time++) await enqueue(redis, lane, job)
          if (plan.isDeliveredToTheDead) {
            const args = ['GROUP', 'tts-workers', 'dead', 'COUNT', '1', 'STREAMS', lane, '>']
            await redis.commands.call('XREADGROUP', ...args)
          }
        }
        await fixture.empties()
        answered += jobs.length
        await vi.waitFor(() => expect(fixture.results).toHaveLength(answered), patient)
        for (const { plan, job } of jobs) {
          const counted = { responseId: job.responseId, tokens: plan.tokens }
          for (let time = 0; time < (plan.settledTwice ? 2 : 1); time++) await settle(redis, tenantId, limits, counted)
        }
        await Promise.all(consumers.map((consumer) => consumer.close()))

        const probe = await settle(redis, tenantId, limits, { responseId: newId('resp'), tokens: 0 })
        const tokens = plans.reduce((sum, plan) => sum + plan.tokens, 0)
        expect(probe.requests?.remaining).toBe(1_000 - plans.length)
        expect(probe.tokens?.remaining).toBe(1_000_000 - tokens)
        retries += [...attempts.values()].reduce((sum, times) => sum + times - 1, 0)
      }),
      { numRuns: 4 },
    )
    expect(retries).toBeGreaterThan(0)
  }, 120_000)
})
