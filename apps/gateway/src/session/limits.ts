import { Failure, type ResponseId } from '@voicebox/kernel'
import type { ServerEventOf } from '@voicebox/protocol'
import { type LimitRefusal, type LimitsState, type RateLimits, type Redis, reserve, settle } from '@voicebox/streams'
import type { OnQuotaReached } from '../quota-watch.ts'
import type { LimitsOf } from '../terms/tenant-terms.ts'

/** What is left of a limit, as clients are told. */
export type RateLimit = ServerEventOf<'rate_limits.updated'>['rate_limits'][number]

/** A session's share in what its tenant may have, over all gateways. */
export interface Budget {
  /** Counts a response before it is worked on; answers why it may not be, or null. Rejects when it cannot be counted. */
  reserve(responseId: ResponseId, tokens: number): Promise<Failure | null>
  /** Counts what a response took in place of what was reserved for it; one that was not reserved takes nothing. */
  settle(responseId: ResponseId, tokens: number): Promise<void>
  /** The responses that are counted and not settled. */
  readonly reserved: readonly ResponseId[]
}

export interface BudgetContext {
  tenantId: string
  /** What another process had reserved for the session. */
  reserved?: readonly ResponseId[]
  /** How things stand now: after each response that was counted or refused, and after each that was settled. */
  onUpdated(limits: RateLimit[]): void
}

export type OpenBudget = (context: BudgetContext) => Budget

export interface BudgetOptions {
  redis: Redis
  limitsOf: LimitsOf
  onReached?: OnQuotaReached
  /** A response would have passed this limit. */
  onRefused(limit: LimitRefusal['limit']): void
}

export function makeBudgets({ redis, limitsOf, onReached = () => {}, onRefused }: BudgetOptions): OpenBudget {
  return ({ tenantId, reserved: before = [], onUpdated }) => {
    const reserved = new Set(before)

    return {
      async reserve(responseId, tokens) {
        const limits = await limitsOf(tenantId)
        if (limits.requests === null && limits.tokens === null) return null
        reserved.add(responseId) // a call that fails may have been counted all the same
        const { refusal, ...state } = await reserve(redis, tenantId, limits, { responseId, tokens })
        onUpdated(shown(state))
        if (refusal === null) return null
        reserved.delete(responseId)
        onRefused(refusal.limit)
        const limit = state[refusal.limit]?.limit
        if (refusal.waitMs !== null && limit !== undefined)
          onReached({ tenantId, quota: refusal.limit, limit, windowMs: limits.windowMs })
        return new Failure('capacity', 'rate_limit_exceeded', wordsFor(refusal, state, limits, tokens))
      },
      async settle(responseId, tokens) {
        if (!reserved.has(responseId)) return
        onUpdated(shown(await settle(redis, tenantId, await limitsOf(tenantId), { responseId, tokens })))
        reserved.delete(responseId)
      },
      get reserved() {
        return [...reserved]
      },
    }
  }
}

function shown(state: LimitsState): RateLimit[] {
  return (['requests', 'tokens'] as const).flatMap((name) => {
    const limit = state[name]
    if (limit === null) return []
    return [{ name, limit: limit.limit, remaining: limit.remaining, reset_seconds: Math.ceil(limit.resetMs) / 1_000 }]
  })
}

function wordsFor(
  { limit: name, waitMs }: LimitRefusal,
  state: LimitsState,
  { windowMs }: RateLimits,
  tokens: number,
): string {
  const { limit = 0, remaining = 0 } = state[name] ?? {}
  const allowed = `${limit} ${name} in ${windowMs / 1_000}s`
  if (waitMs === null) return `Request too large: it takes about ${tokens} tokens, and the limit is ${allowed}.`
  const asked = name === 'tokens' ? `, ${remaining} remain, and about ${tokens} are requested` : ''
  // rounded up, so that who waits as long as this is not refused again for it
  return `Rate limit reached: ${allowed}${asked}. Please try again in ${Math.ceil(waitMs / 100) / 10}s.`
}
