import type { SecretGrant } from '@voicebox/streams'
import { describe, expect, it } from 'vitest'
import { makeAuthentication } from './authenticate.ts'
import { keyInHeaders, keyOfConnection } from './presented-key.ts'

const grant: SecretGrant = {
  tenantId: 'of the secret',
  issuer: null,
  type: 'realtime',
  model: 'gpt-realtime',
  patch: { type: 'realtime' },
  isSingleUse: false,
  maxSessionS: null,
  createdAtS: 0,
  expiresAtS: 600,
}

const key = (headers: Record<string, string>, protocols: string[] = [], query = '') =>
  keyOfConnection({ header: (name) => headers[name], protocols, query: new URLSearchParams(query) })

describe('The key of a connection', () => {
  it.each([
    [{ authorization: 'Bearer sk-1' }, [], ''],
    [{ authorization: 'bearer  sk-1' }, [], ''],
    [{ 'api-key': 'sk-1' }, [], ''],
    [{}, ['realtime', 'openai-insecure-api-key.sk-1'], ''],
    [{}, [], 'api-key=sk-1'],
    [{ authorization: 'Bearer sk-1' }, ['openai-insecure-api-key.sk-2'], 'api-key=sk-3'],
    [{ authorization: 'Basic sk-2' }, ['openai-insecure-api-key.sk-1'], 'api-key=sk-3'],
  ])('is found wherever clients put it (%#)', (headers, protocols, query) => {
    expect(key(headers, protocols, query)).toBe('sk-1')
  })

  it.each([
    [{}, [], ''],
    [{ authorization: 'Bearer' }, [], ''],
    [{ authorization: 'Bearer a b' }, [], ''],
    [{ authorization: 'Basic sk-1' }, [], ''],
    [{ 'api-key': ' ' }, [], ''],
    [{}, ['openai-insecure-api-key.'], ''],
    [{}, [], 'api-key='],
  ])('is not made up (%#)', (headers, protocols, query) => expect(key(headers, protocols, query)).toBeNull())

  it('is taken from headers alone where there is no connection', () => {
    expect(keyInHeaders((name) => (name === 'api-key' ? 'sk-1' : undefined))).toBe('sk-1')
    expect(keyInHeaders(() => undefined)).toBeNull()
  })
})

describe('Authentication by one key', () => {
  const redeemed: string[] = []
  const kept = new Map<string, SecretGrant>([
    ['ek_many', grant],
    ['ek_once', { ...grant, isSingleUse: true }],
    ['other', grant],
  ])
  const secrets = {
    find: async (secret: string) => kept.get(secret) ?? null,
    redeem: async (secret: string) => redeemed.push(secret) === 1,
  }
  const know = makeAuthentication({ ownKey: 'sk-right-key', ring: null, secrets })
  const authenticate = (key: string | null) => know(key, '192.0.2.1')

  it('knows its key as the one tenant’s', async () => {
    const identity = await authenticate('sk-right-key')
    expect(identity).toMatchObject({ tenantId: 'default', grant: null })
    expect(await identity?.enter()).toBe(true)
  })

  it.each([null, '', 'sk-wrong', 'sk-right-key-and-more', 'sk-right-ke', 'ek_unknown', 'other'])(
    'refuses %j, whatever the reason',
    async (wrong) => expect(await authenticate(wrong)).toBeNull(),
  )

  it('knows a client secret as its tenant’s, which enters as often as it likes', async () => {
    const identity = await authenticate('ek_many')
    expect(identity).toMatchObject({ tenantId: 'of the secret', grant })
    expect([await identity?.enter(), await identity?.enter()]).toEqual([true, true])
    expect(redeemed).toEqual([])
  })

  it('uses up a secret that works once when it enters, not when it is presented', async () => {
    const identity = await authenticate('ek_once')
    await authenticate('ek_once')
    expect(redeemed).toEqual([])
    expect([await identity?.enter(), await identity?.enter()]).toEqual([true, false])
  })
})
