import { type Log, type ResponseId, toFailure } from '@voicebox/kernel'
import type { ServerEventOf } from '@voicebox/protocol'
import { type LimitRefusal, type LimitsState, type RateLimits, type Redis, reserve, settle } from '@voicebox/streams'

/** What is left of a limit, as clients are told. */
export type RateLimit = ServerEventOf<'rate_limits.updated'>['rate_limits'][number]

/** A session's share in what its tenant may have, over all gateways. */
export interface Budget {
  /** Counts a response before it is worked on; answers why it may not be, or null. Rejects when it cannot be counted. */
  reserve(responseId: ResponseId, tokens: number): Promise<BudgetRefusal | null>
  /** Counts what a response took in place of what was reserved for it; one that was not reserved takes nothing. */
  settle(responseId: string, tokens: number): Promise<void>
}

export interface BudgetRefusal {
  type: 'rate_limit_error'
  code: 'rate_limit_exceeded'
  message: string
}

export interface BudgetContext {
  tenantId: string
  /** How things stand now: after each response that was counted or refused, and after each that was settled. */
  onUpdated(limits: RateLimit[]): void
}

export type OpenBudget = (context: BudgetContext) => Budget

export function makeBudgets({ redis, limits, log }: { redis: Redis; limits: RateLimits; log: Log }): OpenBudget {
  return ({ tenantId, onUpdated }) => {
    const isUnlimited = limits.requests === null && limits.tokens === null
    const reserved = new Set<ResponseId>()

    return {
      async reserve(responseId, tokens) {
        if (isUnlimited) return null
        reserved.add(responseId) // a call that fails may have been counted all the same
        const { refusal, ...state } = await reserve(redis, tenantId, limits, { responseId, tokens })
        onUpdated(shown(state))
        if (refusal === null) return null
        reserved.delete(responseId)
        return {
          type: 'rate_limit_error',
          code: 'rate_limit_exceeded',
          message: wordsFor(refusal, state, limits, tokens),
        }
      },
      async settle(id, tokens) {
        const responseId = [...reserved].find((one) => one === id)
        if (responseId === undefined) return
        reserved.delete(responseId)
        try {
          onUpdated(shown(await settle(redis, tenantId, limits, { responseId, tokens })))
        } catch (error) {
          log.warn({ tenantId, responseId, error: toFailure(error) }, 'Tokens were not settled; their estimate counts')
        }
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
