import { describe, expect, it, vi } from 'vitest'
import { type SecretGrant, findSecret, keepSecret, redeemSecret } from './index.ts'
import { redisKinds, useRedis } from './testing/index.ts'

const grant: SecretGrant = {
  tenantId: 'default',
  issuer: 'sk-vb-0123456789abcdef',
  type: 'realtime',
  model: 'gpt-realtime',
  patch: { type: 'realtime', instructions: 'Grüße', audio: { output: { voice: 'echo' } } },
  isSingleUse: false,
  maxSessionS: null,
  createdAtS: 1_000,
  expiresAtS: 1_060,
}

describe.each(redisKinds)('a client secret, on %s', (kind) => {
  const server = useRedis(kind)
  const redis = server.handle()

  it('is found as it was kept, as often as it is asked for, and no other is', async () => {
    await keepSecret(redis, 'ek_found', grant)
    expect(await findSecret(redis, 'default', 'ek_found')).toEqual(grant)
    expect(await findSecret(redis, 'default', 'ek_found')).toEqual(grant)
    expect(await findSecret(redis, 'default', 'ek_other')).toBeNull()
  })

  it('is not to be read in Redis', async () => {
    await keepSecret(redis, 'ek_hidden', grant)
    const names = await server.keys()
    const values = await Promise.all(names.map((name) => redis.commands.hgetall(name)))
    expect(names.length).toBeGreaterThan(0)
    expect(JSON.stringify([names, values])).not.toContain('ek_')
  })

  it('leaves with its expiry, used up or not', async () => {
    const brief = { ...grant, expiresAtS: grant.createdAtS + 1 }
    await Promise.all(['ek_brief', 'ek_used'].map((secret) => keepSecret(redis, secret, brief)))
    expect(await redeemSecret(redis, 'default', 'ek_used', 'someone')).toBe(true)
    const before = (await server.keys()).length
    await vi.waitFor(async () => expect((await server.keys()).length).toBe(before - 2), { timeout: 10_000 })
    expect(await findSecret(redis, 'default', 'ek_brief')).toBeNull()
    expect(await redeemSecret(redis, 'default', 'ek_brief', 'someone')).toBe(false)
  })

  it('is redeemed by one of those who race for it, and found by none of them again', async () => {
    for (const round of Array.from({ length: 20 }, (_, index) => `ek_raced_${index}`)) {
      await keepSecret(redis, round, grant)
      const users = Array.from({ length: 8 }, (_, user) => `user ${user}`)
      const won = await Promise.all(users.map((user) => redeemSecret(redis, 'default', round, user)))
      expect(won.filter(Boolean)).toHaveLength(1)
      expect(await findSecret(redis, 'default', round)).toBeNull()
    }
  })

  it('stays with its winner when a lost connection made the call run twice', async () => {
    await keepSecret(redis, 'ek_twice', grant)
    expect(await redeemSecret(redis, 'default', 'ek_twice', 'winner')).toBe(true)
    expect(await redeemSecret(redis, 'default', 'ek_twice', 'winner')).toBe(true)
    expect(await redeemSecret(redis, 'default', 'ek_twice', 'another')).toBe(false)
  })
})
