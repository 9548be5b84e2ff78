import { randomUUID } from 'node:crypto'
import { Failure } from '@voicebox/kernel'
import { findSecret, keepSecret, type OnMismatch, type Redis, redeemSecret } from '@voicebox/streams'
import type { Secrets } from './authenticate.ts'
import { tenantOfSecret } from './client-secret.ts'

/** Client secrets in Redis, so that any gateway knows them. While it is away everything is refused at once, as a failed dependency. */
export function makeSecrets(redis: Redis, onMismatch: OnMismatch): Secrets {
  const present = (): Redis => {
    if (redis.isReady()) return redis
    throw new Failure('dependency', 'redis_unavailable', 'Redis is not reachable')
  }
  return {
    keep: async (secret, grant) => keepSecret(present(), secret, grant),
    async find(secret) {
      const tenantId = tenantOfSecret(secret)
      return tenantId === null ? null : findSecret(present(), tenantId, secret, onMismatch)
    },
    async redeem(secret) {
      const tenantId = tenantOfSecret(secret)
      return tenantId !== null && redeemSecret(present(), tenantId, secret, randomUUID())
    },
  }
}
