import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encryptionKeysSchema } from '@voicebox/tenancy'
import { describe, expect, it } from 'vitest'
import { makeTempDir } from '../testing/processes.ts'
import { ensureEncryptionKey } from './encryption-key.ts'

describe('the encryption key of a data directory', () => {
  it('is made once, stays the same, and only its owner reads it', () => {
    const folder = makeTempDir()
    const key = ensureEncryptionKey(folder)
    expect(encryptionKeysSchema.parse(key)).toHaveLength(1)
    expect(ensureEncryptionKey(folder)).toBe(key)
    expect(statSync(join(folder, 'encryption.key')).mode & 0o777).toBe(0o600)
    expect(ensureEncryptionKey(makeTempDir())).not.toBe(key)
  })

  it('is not made anew in place of one that cannot be read', () => {
    const folder = makeTempDir()
    const file = join(folder, 'encryption.key')
    writeFileSync(file, 'spoilt')
    expect(() => ensureEncryptionKey(folder)).toThrow('VOICEBOX_ENCRYPTION_KEY: expected 32 bytes in base64')
    expect(readFileSync(file, 'utf8')).toBe('spoilt')
  })
})
