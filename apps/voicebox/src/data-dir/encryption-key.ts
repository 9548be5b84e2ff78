import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { settings } from '@voicebox/config'
import { Failure } from '@voicebox/kernel'
import { newEncryptionKey } from '@voicebox/tenancy'

/**
 * What the embedded installation seals secrets with, made when there is none, for its owner's eyes. One that cannot be read is
 * a `Failure`, since another would open nothing that was sealed.
 */
export function ensureEncryptionKey(folder: string): string {
  const file = join(folder, 'encryption.key')
  try {
    writeFileSync(file, `${newEncryptionKey()}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw wrong(`cannot be written: ${file}`, error)
  }
  const text = readFileSync(file, 'utf8').trim()
  const { success } = settings.encryptionKey.schema.safeParse(text)
  if (!success) throw wrong(`expected 32 bytes in base64 in ${file}`)
  return text
}

const wrong = (what: string, cause?: unknown): Failure =>
  new Failure('client', 'invalid_configuration', `${settings.encryptionKey.env}: ${what}`, { cause })
