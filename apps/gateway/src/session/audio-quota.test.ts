import { newId, silentLog } from '@voicebox/kernel'
import { useRedis } from '@voicebox/streams/testing'
import { describe, expect, it, vi } from 'vitest'
import { type AudioQuota, makeAudioQuotas } from './audio-quota.ts'

describe('The audio that a tenant may send in a day', () => {
  const redis = useRedis().handle()
  const limits = { requests: null, tokens: null, windowMs: 60_000, sessions: null, sessionMaxS: null }

  function open(audioMsPerDay: number | null, tenantId: string = newId('job')) {
    const onSpent = vi.fn()
    const limitsOf = () => ({ ...limits, audioMsPerDay })
    const quota: AudioQuota = makeAudioQuotas({ redis, limitsOf, log: silentLog })({ tenantId, onSpent })
    return { quota, onSpent, tenantId }
  }
  const key = (tenantId: string): string => `limits:{${tenantId}}:audio`
  const counted = async (tenantId: string): Promise<number> =>
    Number((await redis.commands.hget(key(tenantId), 'sum')) ?? 0)

  it('is counted by the second, and settled by what came', async () => {
    const { quota, tenantId } = open(60_000)
    quota.take(20)
    await vi.waitFor(async () => expect(await counted(tenantId)).toBeGreaterThan(900))
    for (let frame = 0; frame < 10; frame++) quota.take(20)
    expect(await counted(tenantId)).toBeLessThanOrEqual(1_020)
    await quota.settle()
    expect(await counted(tenantId)).toBe(220)
  })

  it('is told once when it is spent, whoever spent it', async () => {
    const { quota: other, tenantId } = open(2_000)
    other.take(900)
    await vi.waitFor(async () => expect(await counted(tenantId)).toBeGreaterThan(900))
    other.take(900)
    await vi.waitFor(async () => expect(await counted(tenantId)).toBe(2_000))
    const { quota, onSpent } = open(2_000, tenantId)
    quota.take(20)
    await vi.waitFor(() => expect(onSpent).toHaveBeenCalledOnce())
    expect(onSpent.mock.calls[0]?.[0]).toBeGreaterThan(0)
    quota.take(20)
    await quota.settle()
    expect(onSpent).toHaveBeenCalledOnce()
    await other.settle()
    expect(await counted(tenantId)).toBeLessThanOrEqual(1_800)
  })

  it('is not asked for where there is no limit, nor where no audio comes', async () => {
    const { quota, tenantId, onSpent } = open(null)
    for (let frame = 0; frame < 100; frame++) quota.take(1_000)
    await quota.settle()
    await open(1, tenantId).quota.settle()
    expect(await redis.commands.exists(key(tenantId))).toBe(0)
    expect(onSpent).not.toHaveBeenCalled()
  })
})
