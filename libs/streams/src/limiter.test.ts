import { newId, sleep } from '@voicebox/kernel'
import { describe, expect, it, vi } from 'vitest'
import { type RateLimits, reserve, settle } from './index.ts'
import { redisKinds, useRedis } from './testing/index.ts'

const limits: RateLimits = { requests: 3, tokens: 100, windowMs: 60_000 }

describe.each(redisKinds)('the limiter, on %s', (kind) => {
  const server = useRedis(kind)
  const redis = server.handle()
  const other = server.handle()

  const newTenant = (): string => newId('sess')
  const counted = (tokens: number) => ({ responseId: newId('resp'), tokens })

  it('admits as many as there may be of those that race for it on several connections', async () => {
    const tenant = newTenant()
    const made = Array.from({ length: 20 }, (_, at) => reserve(at % 2 ? redis : other, tenant, limits, counted(1)))
    const admitted = (await Promise.all(made)).filter(({ refusal }) => refusal === null)
    expect(admitted).toHaveLength(3)
    expect(admitted.map(({ requests }) => requests?.remaining).sort()).toEqual([0, 1, 2])
  })

  it('counts once what a lost connection made it count twice', async () => {
    const tenant = newTenant()
    const response = counted(40)
    const states = [await reserve(redis, tenant, limits, response), await reserve(redis, tenant, limits, response)]
    expect(states.map((state) => [state.requests?.remaining, state.tokens?.remaining])).toEqual([
      [2, 60],
      [2, 60],
    ])
    const truth = { ...response, tokens: 70 }
    await settle(redis, tenant, limits, truth)
    expect((await settle(redis, tenant, limits, truth)).tokens?.remaining).toBe(30)
    // the first `reserve` may come again after the truth
    expect((await reserve(redis, tenant, limits, response)).tokens?.remaining).toBe(30)
  })

  it('lets the next wait when a response took more than was left, and gives back what it did not take', async () => {
    const tenant = newTenant()
    const [long, failed] = [counted(10), counted(20)]
    await reserve(redis, tenant, limits, long)
    await reserve(redis, tenant, limits, failed)
    expect(await settle(redis, tenant, limits, { ...long, tokens: 150 })).toMatchObject({ tokens: { remaining: 0 } })
    const refused = await reserve(redis, tenant, limits, counted(1))
    expect(refused).toMatchObject({ refusal: { limit: 'tokens' }, requests: { remaining: 1 } })
    await settle(redis, tenant, limits, { ...long, tokens: 50 })
    const state = await settle(redis, tenant, limits, { ...failed, tokens: 0 })
    expect(state).toMatchObject({ requests: { limit: 3, remaining: 1 }, tokens: { limit: 100, remaining: 50 } })
  })

  it('admits what it refused after the wait that it told', async () => {
    const tenant = newTenant()
    const brief = { ...limits, requests: 1, windowMs: 100 }
    await reserve(redis, tenant, brief, counted(1))
    const { refusal } = await reserve(redis, tenant, brief, counted(1))
    expect(refusal).toMatchObject({ limit: 'requests' })
    await sleep(Math.ceil(refusal?.waitMs ?? 0) + 1) // a timer may be a moment early
    expect((await reserve(redis, tenant, brief, counted(1))).refusal).toBeNull()
  })

  it('has no wait for what is more than the whole limit', async () => {
    const { refusal } = await reserve(redis, newTenant(), limits, counted(101))
    expect(refusal).toEqual({ limit: 'tokens', waitMs: null })
  })

  it('tells nothing of a limit that there is not, and holds nobody to it', async () => {
    const tenant = newTenant()
    const onlyTokens = { ...limits, requests: null }
    for (const _ of [1, 2, 3, 4]) await reserve(redis, tenant, onlyTokens, counted(10))
    expect(await reserve(redis, tenant, onlyTokens, counted(10))).toMatchObject({
      refusal: null,
      requests: null,
      tokens: { remaining: 50 },
    })
    const onlyRequests = { ...limits, tokens: null }
    const state = await reserve(redis, newTenant(), onlyRequests, counted(1_000))
    expect(state).toMatchObject({ refusal: null, requests: { remaining: 2 }, tokens: null })
  })

  it('keeps tenants apart', async () => {
    const [noisy, quiet] = [newTenant(), newTenant()]
    for (const _ of [1, 2, 3, 4]) await reserve(redis, noisy, limits, counted(1))
    expect((await reserve(redis, quiet, limits, counted(1))).requests?.remaining).toBe(2)
  })

  it('keeps no more than was admitted in a window, and nothing of a tenant that left', async () => {
    await server.each('FLUSHALL')
    const tenant = newTenant()
    const brief = { ...limits, windowMs: 50 }
    for (let round = 0; round < 40; round++) {
      await reserve(redis, tenant, brief, counted(1))
      if (round % 10 === 9) await sleep(60)
    }
    const names = await server.keys()
    expect(names.every((name) => name.includes(`{${tenant}}`))).toBe(true)
    const [sums, fieldsOfOne] = [1, 2]
    expect(await redis.commands.hlen(`limits:{${tenant}}:responses`)).toBeLessThanOrEqual(sums + 3 * fieldsOfOne)
    await vi.waitFor(async () => expect(await server.keys()).toEqual([]), { timeout: 10_000 })
  })
})
