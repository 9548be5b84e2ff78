import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { Failure } from '@voicebox/kernel'
import { z } from 'zod'

/** Whose secret it is, and what of theirs: what was sealed for one place opens in no other. */
export interface Place {
  tenantId: string
  field: string
}

const keyBytes = 32
const nonceBytes = 12
const tagBytes = 16

/** Keeps secrets that are stored. */
export interface Vault {
  /** A text that says nothing to who has not the key. The same secret gives another text each time. */
  seal(secret: string, place: Place): string
  /** The secret; a `Failure` of kind `dependency` where no key fits, the text was changed, or it is of another place. */
  unseal(sealed: string, place: Place): string
}

/** What `seal` gives: `v1.<key>.<nonce>.<text and tag>`. */
export const sealedSchema = z
  .string()
  .max(4_096)
  .regex(/^v1\.[0-9a-f]{8}\.[\w-]{16}\.[\w-]{22,}$/, 'expected a sealed text')

/** The keys of `VOICEBOX_ENCRYPTION_KEY`: each 32 bytes in base64. */
export const encryptionKeysSchema = z
  .string()
  .transform((text) => text.split(',').map((one) => one.trim()))
  .pipe(
    z
      .array(
        z
          .base64()
          .refine(
            (text) => Buffer.from(text, 'base64').length === keyBytes,
            'expected 32 bytes in base64, such as openssl rand -base64 32 gives',
          ),
      )
      .min(1),
  )

/** A new key, as `encryptionKeysSchema` reads it. */
export function newEncryptionKey(): string {
  return randomBytes(keyBytes).toString('base64')
}

/**
 * Seals by AES-256-GCM with the first key, and opens with whichever of them sealed: a key is changed by putting the new one
 * first, and is given up when nothing of it is left.
 */
export function openVault(encryptionKeys: readonly string[]): Vault {
  const keys = new Map(encryptionKeys.map((text) => keyOf(Buffer.from(text, 'base64'))))
  const [first] = keys
  if (first === undefined) throw new Failure('bug', 'no_encryption_key', 'A vault needs a key')
  const [firstId, firstKey] = first
  return {
    seal(secret, place) {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', firstKey, nonce).setAAD(associated(place))
      const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return ['v1', firstId, nonce.toString('base64url'), sealed.toString('base64url')].join('.')
    },
    unseal(text, place) {
      const [version, id = '', nonce = '', rest = ''] = text.split('.')
      const key = keys.get(id)
      if (version !== 'v1' || key === undefined)
        throw new Failure('dependency', 'unknown_encryption_key', 'A secret was sealed with a key that is not given')
      const sealed = Buffer.from(rest, 'base64url')
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'), {
          authTagLength: tagBytes,
        })
        decipher.setAAD(associated(place)).setAuthTag(sealed.subarray(-tagBytes))
        return Buffer.concat([decipher.update(sealed.subarray(0, -tagBytes)), decipher.final()]).toString('utf8')
      } catch (error) {
        throw new Failure('dependency', 'cannot_unseal', 'A secret was changed, or is of another place', {
          cause: error,
        })
      }
    },
  }
}

/** A key by what tells it from others and says nothing of it. */
function keyOf(key: Buffer): [id: string, key: Buffer] {
  return [createHash('sha256').update('voicebox encryption key').update(key).digest('hex').slice(0, 8), key]
}

const associated = ({ tenantId, field }: Place): Buffer => Buffer.from(JSON.stringify([tenantId, field]))
