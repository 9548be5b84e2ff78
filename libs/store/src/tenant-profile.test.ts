import { newEncryptionKey, openVault, providerKeyField, settingsSchema } from '@voicebox/tenancy'
import { describe, expect, it } from 'vitest'
import {
  createTenant,
  dropProviderKey,
  listProviderKeys,
  readProfile,
  readSealedKeys,
  readSettings,
  writeProviderKey,
  writeQuotas,
  writeSettings,
} from './index.ts'
import { usePostgres } from './testing/index.ts'

const postgres = usePostgres()
const store = postgres.store()

describe('Settings', () => {
  it('are the defaults until they are set, and then what was set last', async () => {
    const defaults = settingsSchema.parse({})
    expect(await readSettings(store, 'default')).toEqual(defaults)
    const settings = { ...defaults, instructions: 'Be brief.', voice: 'coral' }
    expect(await writeSettings(store, 'default', settings)).toBe(true)
    expect(await readSettings(store, 'default')).toEqual(settings)
    await writeSettings(store, 'default', defaults)
    expect(await readSettings(store, 'default')).toEqual(defaults)
    expect(await writeSettings(store, 'nobody', defaults)).toBe(false)
  })
})

describe('A profile', () => {
  it('has what was set of quotas and settings, and the defaults of the rest', async () => {
    const defaults = settingsSchema.parse({})
    await createTenant(store, { id: 'profiled', name: 'Profiled' })
    for (const id of ['profiled', 'nobody'])
      expect(await readProfile(store, id)).toEqual({ quotas: {}, settings: defaults })
    await writeQuotas(store, 'profiled', { sessions: 3 })
    expect(await readProfile(store, 'profiled')).toEqual({ quotas: { sessions: 3 }, settings: defaults })
    await writeSettings(store, 'profiled', { ...defaults, voice: 'coral' })
    const settings = { ...defaults, voice: 'coral' }
    expect(await readProfile(store, 'profiled')).toEqual({ quotas: { sessions: 3 }, settings })
    await writeSettings(store, 'profiled', defaults)
  })
})

describe('A key for a language provider', () => {
  const vault = openVault([newEncryptionKey()])
  const key = 'sk-of-the-provider-1234'

  it('is kept sealed for its tenant, and is listed without what opens anything', async () => {
    await createTenant(store, { id: 'acme', name: 'Acme' })
    expect(await writeProviderKey(store, vault, { tenantId: 'acme', provider: 'openai', key })).toBe(true)
    const listed = await listProviderKeys(store, 'acme')
    expect(listed).toEqual([{ provider: 'openai', lastFour: '1234', createdAt: expect.any(Date) as Date }])
    const sealed = (await readSealedKeys(store, 'acme')).get('openai') ?? ''
    expect(sealed).not.toContain('provider')
    expect(vault.unseal(sealed, { tenantId: 'acme', field: providerKeyField('openai') })).toBe(key)
    expect(() => vault.unseal(sealed, { tenantId: 'default', field: providerKeyField('openai') })).toThrow()
    expect(await listProviderKeys(store, 'default')).toEqual([])
  })

  it('takes the place of the one before, and goes when it is dropped', async () => {
    await writeProviderKey(store, vault, { tenantId: 'acme', provider: 'openai', key: `${key}9` })
    expect((await listProviderKeys(store, 'acme')).map(({ lastFour }) => lastFour)).toEqual(['2349'])
    expect(await dropProviderKey(store, 'acme', 'openai')).toBe(true)
    expect(await dropProviderKey(store, 'acme', 'openai')).toBe(false)
    expect(await listProviderKeys(store, 'acme')).toEqual([])
  })

  it('is not kept for a tenant that there is not', async () => {
    expect(await writeProviderKey(store, vault, { tenantId: 'nobody', provider: 'openai', key })).toBe(false)
  })
})
