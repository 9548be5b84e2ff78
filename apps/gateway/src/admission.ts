import { newId, type SessionId } from '@voicebox/kernel'
import { countNoMore, enterSession, type Redis } from '@voicebox/streams'
import type { Fault } from './greeting.ts'
import type { OnQuotaReached } from './quota-watch.ts'
import type { LimitsOf } from './terms/tenant-terms.ts'

/** Lets sessions in, as many as their tenants may have at a time over all gateways. */
export interface Admission {
  /** The id of a session that is counted from now on, for as long as sessions live without a sign of life; or why there may be none. */
  enter(tenantId: string): Promise<SessionId | Fault>
  /** Counts a session no more that was let in and not opened. */
  leave(tenantId: string, sessionId: SessionId): Promise<void>
}

export interface AdmissionOptions {
  redis: Redis
  limitsOf: LimitsOf
  onReached?: OnQuotaReached
  sessionTtlMs: number
  /** A tenant had as many as it may have. */
  onRefused(): void
}

export function makeAdmission({
  redis,
  limitsOf,
  onReached = () => {},
  sessionTtlMs: ttlMs,
  onRefused,
}: AdmissionOptions): Admission {
  return {
    async enter(tenantId) {
      const sessionId = newId('sess')
      const { sessions: limit } = await limitsOf(tenantId)
      const answer = await enterSession(redis, { tenantId, sessionId, ttlMs, limit })
      if (answer === 'entered') return sessionId
      onRefused()
      onReached({ tenantId, quota: 'sessions', limit: limit ?? 0, windowMs: minuteMs })
      return tooMany(limit ?? 0, answer.waitMs)
    },
    leave: (tenantId, sessionId) => countNoMore(redis, { tenantId, sessionId }),
  }
}

/** Sessions have no window: who has too many is told of once a minute. */
const minuteMs = 60_000

function tooMany(limit: number, waitMs: number): Fault {
  const wait = `Please end one, or try again in ${Math.ceil(waitMs / 1_000)}s.`
  return {
    closeCode: 1013,
    type: 'rate_limit_error',
    code: 'rate_limit_exceeded',
    message: `Rate limit reached: ${limit} sessions at a time. ${wait}`,
  }
}
