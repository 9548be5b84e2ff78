import { newId, silentLog } from '@voicebox/kernel'
import { openRedis, type RateLimits, type Redis } from '@voicebox/streams'
import { startRedis, type TestRedis } from '@voicebox/streams/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Budget, makeBudgets, type RateLimit } from './limits.ts'

const limits: RateLimits = { requests: 2, tokens: 100, windowMs: 30_000 }

const unbounded = { sessions: null, sessionMaxS: null, audioMsPerDay: null }

describe('The budget of a session', () => {
  let server: TestRedis
  let redis: Redis
  let updates: RateLimit[][]
  let refusals: string[]
  beforeAll(async () => {
    server = await startRedis()
    const signal = AbortSignal.timeout(10_000)
    redis = await openRedis({ url: server.url, name: 'test', log: silentLog, signal })
  })
  afterAll(async () => {
    await redis.close()
    await server.close()
  })

  function open(allowed: Partial<RateLimits> = {}, tenantId: string = newId('sess')): Budget {
    updates = []
    refusals = []
    const openBudget = makeBudgets({
      redis,
      limitsOf: () => ({ ...limits, ...unbounded, ...allowed }),
      onRefused: (limit) => refusals.push(limit),
    })
    return openBudget({ tenantId, onUpdated: (update) => updates.push(update) })
  }
  const remaining = (): (number | undefined)[] => (updates.at(-1) ?? []).map((limit) => limit.remaining)

  it('tells what is left once a response is counted, and again once it is settled', async () => {
    const budget = open()
    const id = newId('resp')
    expect(await budget.reserve(id, 30)).toBeNull()
    expect(updates).toEqual([
      [
        { name: 'requests', limit: 2, remaining: 1, reset_seconds: 30 },
        { name: 'tokens', limit: 100, remaining: 70, reset_seconds: 30 },
      ],
    ])
    await budget.settle(id, 45)
    expect(remaining()).toEqual([1, 55])
    expect(updates[1]?.[0]?.reset_seconds).toBeLessThanOrEqual(30)
  })

  it('tells of each response that is refused which limit it was', async () => {
    const budget = open({ requests: 2, tokens: 100 })
    await budget.reserve(newId('resp'), 60)
    expect(await budget.reserve(newId('resp'), 60)).toMatchObject({ code: 'rate_limit_exceeded' })
    expect(refusals).toEqual(['tokens'])
    await budget.reserve(newId('resp'), 10)
    expect(await budget.reserve(newId('resp'), 10)).toMatchObject({ code: 'rate_limit_exceeded' })
    expect(refusals).toEqual(['tokens', 'requests'])
  })

  it('settles a response once, and none that was not counted', async () => {
    const budget = open()
    const id = newId('resp')
    await budget.settle(id, 50)
    expect(updates).toEqual([])
    await budget.reserve(id, 30)
    await budget.settle(id, 40)
    await budget.settle(id, 90)
    expect(updates).toHaveLength(2)
  })

  it('is one for all sessions of a tenant', async () => {
    const tenantId = newId('sess')
    await open({}, tenantId).reserve(newId('resp'), 10)
    await open({}, tenantId).reserve(newId('resp'), 10)
    expect(remaining()).toEqual([0, 80])
  })

  it('says of a refusal which limit it is and when to try again, and does not count it', async () => {
    const budget = open()
    await budget.reserve(newId('resp'), 10)
    const refusal = await budget.reserve(newId('resp'), 91)
    expect(refusal).toMatchObject({ kind: 'capacity', code: 'rate_limit_exceeded' })
    expect(refusal?.message).toMatch(
      /^Rate limit reached: 100 tokens in 30s, 90 remain, and about 91 are requested\. Please try again in \d+(\.\d)?s\.$/,
    )
    expect(remaining()).toEqual([1, 90])
    await budget.reserve(newId('resp'), 10)
    expect((await budget.reserve(newId('resp'), 10))?.message).toMatch(
      /^Rate limit reached: 2 requests in 30s\. Please try again in \d+(\.\d)?s\.$/,
    )
  })

  it('does not send away to try again what can never fit', async () => {
    expect((await open().reserve(newId('resp'), 101))?.message).toBe(
      'Request too large: it takes about 101 tokens, and the limit is 100 tokens in 30s.',
    )
  })

  it('leaves out a limit that there is not, and says nothing where there is none', async () => {
    await open({ requests: null }).reserve(newId('resp'), 10)
    expect(updates[0]?.map(({ name }) => name)).toEqual(['tokens'])
    const free = open({ requests: null, tokens: null })
    const id = newId('resp')
    expect(await free.reserve(id, 1_000_000)).toBeNull()
    await free.settle(id, 1_000_000)
    expect(updates).toEqual([])
  })

  it('rejects when it cannot count, and gives back later what may have been counted all the same', async () => {
    const tenantId = newId('sess')
    const budget = open({}, tenantId)
    await redis.commands.set(`limits:{${tenantId}}:responses`, 'not what it should be')
    const id = newId('resp')
    await expect(budget.reserve(id, 30)).rejects.toMatchObject({ kind: 'dependency' })
    await redis.commands.del(`limits:{${tenantId}}:responses`)
    await budget.settle(id, 0)
    expect(remaining()).toEqual([2, 100])
    await budget.reserve(id, 30)
    await redis.commands.set(`limits:{${tenantId}}:responses`, 'not what it should be')
    await expect(budget.settle(id, 0)).rejects.toMatchObject({ kind: 'dependency' })
    await redis.commands.del(`limits:{${tenantId}}:responses`)
    expect(budget.reserved).toEqual([id])
    await budget.settle(id, 0)
    expect(budget.reserved).toEqual([])
  })

  it('settles what another process has reserved for the session', async () => {
    const tenantId = newId('sess')
    const id = newId('resp')
    await open({}, tenantId).reserve(id, 30)
    const onUpdated = (update: RateLimit[]): void => void updates.push(update)
    const successor = makeBudgets({
      redis,
      limitsOf: () => ({ ...limits, ...unbounded }),
      onRefused: (limit) => refusals.push(limit),
    })({
      tenantId,
      reserved: [id],
      onUpdated,
    })
    await successor.settle(id, 45)
    expect(remaining()).toEqual([1, 55])
  })
})
