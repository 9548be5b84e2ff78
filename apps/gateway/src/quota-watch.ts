import { type Log, toFailure } from '@voicebox/kernel'
import { type Chores, type ReachedQuota, type Redis, tellQuotaReached } from '@voicebox/streams'

/** Called whenever something was refused because a quota is reached. */
export type OnQuotaReached = (reached: ReachedQuota) => void

/** Tells tenants of it behind what happens. What comes while the same is being told is told by that. */
export function watchQuotas({ redis, chores, log }: { redis: Redis; chores: Chores; log: Log }): OnQuotaReached {
  const telling = new Set<string>()
  return (reached) => {
    const { tenantId, quota } = reached
    const name = `${tenantId} ${quota}`
    if (telling.has(name) || telling.size >= maxTelling) return
    telling.add(name)
    tellQuotaReached(redis, chores, reached, log)
      .catch((error: unknown) =>
        log.warn({ tenantId, quota, error: toFailure(error) }, 'That a quota is reached was not told'),
      )
      .finally(() => telling.delete(name))
  }
}

/** While so many are being told, others wait to be reached again. */
const maxTelling = 1_000
