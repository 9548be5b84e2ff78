import { describe, expect, it } from 'vitest'
import { encryptionKeysSchema, newEncryptionKey, openVault, type Place } from './index.ts'

const place: Place = { tenantId: 'acme', field: 'provider_key:openai' }

describe('A vault', () => {
  it('opens what it has sealed, of which nothing can be read, and which is another each time', () => {
    const vault = openVault([newEncryptionKey()])
    const [one, two] = [vault.seal('a secret ✓', place), vault.seal('a secret ✓', place)]
    expect(one).not.toBe(two)
    expect(one).not.toContain('secret')
    for (const sealed of [one, two]) expect(vault.unseal(sealed, place)).toBe('a secret ✓')
  })

  it.each([{ tenantId: 'other' }, { field: 'webhook:wh_1' }])(
    'opens nothing that was sealed elsewhere: %j',
    (other) => {
      const vault = openVault([newEncryptionKey()])
      const sealed = vault.seal('secret', place)
      expect(() => vault.unseal(sealed, { ...place, ...other })).toThrow('changed, or is of another place')
    },
  )

  it('opens nothing that was changed, at whichever place, or cut', () => {
    const vault = openVault([newEncryptionKey()])
    const sealed = vault.seal('secret', place)
    const lastPart = sealed.lastIndexOf('.') + 1
    for (let at = 0; at < sealed.length - 1; at++) {
      const changed = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1)
      expect(() => vault.unseal(changed, place)).toThrow()
    }
    for (let end = lastPart; end < sealed.length; end++)
      expect(() => vault.unseal(sealed.slice(0, end), place)).toThrow()
  })

  it('seals with its first key and opens with all, so that a key can be changed', () => {
    const [old, young] = [newEncryptionKey(), newEncryptionKey()]
    const before = openVault([old])
    const during = openVault([young, old])
    const after = openVault([young])
    expect(during.unseal(before.seal('secret', place), place)).toBe('secret')
    expect(after.unseal(during.seal('secret', place), place)).toBe('secret')
    expect(() => after.unseal(before.seal('secret', place), place)).toThrow('a key that is not given')
  })
})

describe('Encryption keys', () => {
  it('are 32 bytes in base64, several with commas between', () => {
    const keys = [newEncryptionKey(), newEncryptionKey()]
    expect(encryptionKeysSchema.parse(keys.join(', '))).toEqual(keys)
    for (const wrong of ['', 'short', 'c2hvcnQ=', `${keys[0]},`]) {
      expect(encryptionKeysSchema.safeParse(wrong).success).toBe(false)
    }
  })
})
