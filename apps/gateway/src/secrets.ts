import { randomUUID } from 'node:crypto'
import { Failure } from '@voicebox/kernel'
import { findSecret, keepSecret, type Redis, redeemSecret } from '@voicebox/streams'
import type { Secrets } from './authenticate.ts'

/** Client secrets in Redis, so that any gateway knows them. While it is away everything is refused at once, as a failed dependency. */
export function makeSecrets(redis: Redis): Secrets {
  const present = (): Redis => {
    if (redis.isReady()) return redis
    throw new Failure('dependency', 'redis_unavailable', 'Redis is not reachable')
  }
  return {
    keep: async (secret, grant) => keepSecret(present(), secret, grant),
    find: async (secret) => findSecret(present(), secret),
    redeem: async (secret) => redeemSecret(present(), secret, randomUUID()),
  }
}
