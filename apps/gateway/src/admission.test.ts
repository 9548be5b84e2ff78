import { newId } from '@voicebox/kernel'
import { useRedis } from '@voicebox/streams/testing'
import { describe, expect, it, vi } from 'vitest'
import { makeAdmission } from './admission.ts'

describe('The admission of sessions', () => {
  const redis = useRedis().handle()
  const limits = { requests: null, tokens: null, windowMs: 60_000, sessionMaxS: null, audioMsPerDay: null }

  it('is refused beyond what the tenant may have at the moment, with the time to wait, over all gateways', async () => {
    const tenantId = newId('job')
    let sessions: number | null = 1
    const limitsOf = async () => ({ ...limits, sessions })
    const onRefused = vi.fn()
    const [one, other] = [0, 1].map(() => makeAdmission({ redis, limitsOf, sessionTtlMs: 30_000, onRefused }))
    const entered = await one?.enter(tenantId)
    expect(entered).toMatch(/^sess_/)
    const refusal = await other?.enter(tenantId)
    expect(refusal).toMatchObject({ closeCode: 1013, type: 'rate_limit_error', code: 'rate_limit_exceeded' })
    expect((refusal as { message: string }).message).toMatch(
      /^Rate limit reached: 1 sessions at a time\. Please end one, or try again in \d+s\.$/,
    )
    expect(onRefused).toHaveBeenCalledOnce()
    sessions = 2
    expect(await other?.enter(tenantId)).toMatch(/^sess_/)
    sessions = null
    expect(await other?.enter(tenantId)).toMatch(/^sess_/)
  })

  it('makes room for another where what was let in is not opened', async () => {
    const tenantId = newId('job')
    const admission = makeAdmission({
      redis,
      limitsOf: () => ({ ...limits, sessions: 1 }),
      sessionTtlMs: 30_000,
      onRefused: () => {},
    })
    const entered = await admission.enter(tenantId)
    if (typeof entered !== 'string') throw new Error('It was refused')
    await admission.leave(tenantId, entered)
    expect(await admission.enter(tenantId)).toMatch(/^sess_/)
  })
})
