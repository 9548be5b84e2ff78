import { createHash } from 'node:crypto'
import { z } from 'zod'
import { ask } from './ask.ts'
import { decode, encode } from './codec.ts'
import { keys } from './keys.ts'
import type { Redis } from './redis.ts'
import { bytes } from './reply.ts'
import { secretKeep, secretRedeem } from './scripts.gen.ts'
import type { OnMismatch } from './tenant-mismatch.ts'

const grantSchema = z.object({
  tenantId: z.string(),
  /** The prefix of the API key that made it; null: the key of the installation. */
  issuer: z.string().nullable().default(null),
  type: z.enum(['realtime', 'transcription']),
  /** Null in a transcription session. */
  model: z.string().nullable(),
  /** The settings that it brings, valid as the protocol has them. */
  patch: z.unknown(),
  isSingleUse: z.boolean(),
  /** Longest life of a session that it opens; null: as long as any. */
  maxSessionS: z.number().nullable(),
  createdAtS: z.number(),
  expiresAtS: z.number(),
})
/** What a client secret opens. */
export type SecretGrant = z.infer<typeof grantSchema>

/** Keeps what a secret opens, from its creation to its expiry. The secret itself is kept nowhere. */
export async function keepSecret(redis: Redis, secret: string, grant: SecretGrant): Promise<void> {
  const ttl_ms = (grant.expiresAtS - grant.createdAtS) * 1_000
  await secretKeep(redis, { secret: keyOf(grant.tenantId, secret) }, { ttl_ms, grant: encode(grant) })
}

/** Null for a secret that the tenant never kept, has expired, or is used up. */
export async function findSecret(
  redis: Redis,
  tenantId: string,
  secret: string,
  onMismatch?: OnMismatch,
): Promise<SecretGrant | null> {
  const found = await ask(redis.commands, bytes.nullable(), 'HGET', keyOf(tenantId, secret), 'grant')
  const grant = found === null ? null : grantSchema.parse(decode(found))
  if (grant === null || grant.tenantId === tenantId) return grant
  onMismatch?.({ at: 'secret', tenantId: grant.tenantId, otherTenantId: tenantId })
  return null
}

/** Uses a secret up. True for one user only; the others find it no more. */
export async function redeemSecret(redis: Redis, tenantId: string, secret: string, user: string): Promise<boolean> {
  return (await secretRedeem(redis, { secret: keyOf(tenantId, secret) }, { user })) === 'redeemed'
}

const keyOf = (tenantId: string, secret: string): string =>
  keys.secret(tenantId, createHash('sha256').update(secret).digest('base64url'))
