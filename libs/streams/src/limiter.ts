import type { ResponseId } from '@voicebox/kernel'
import { keys } from './keys.ts'
import type { Redis } from './redis.ts'
import { limiterCount } from './scripts.gen.ts'

/** What a tenant may have in any window of this length, over all gateways. Null: there is no such limit. */
export interface RateLimits {
  requests: number | null
  tokens: number | null
  windowMs: number
}

export interface LimitState {
  limit: number
  remaining: number
  /** How long until all of it remains, if nothing more is counted. */
  resetMs: number
}

/** How a tenant stands, as of a moment on the server's clock; null for a limit that there is not. */
export interface LimitsState {
  atUs: number
  requests: LimitState | null
  tokens: LimitState | null
}

/** Of a refusal: the limit that holds it up longest, and how long; null: it is more than the limit ever allows. */
export interface LimitRefusal {
  limit: 'requests' | 'tokens'
  waitMs: number | null
}

/** A response and how many tokens it takes, whole and not negative. */
export interface Counted {
  responseId: ResponseId
  tokens: number
}

/**
 * Counts a response before it is worked on: one request, and an estimate of its tokens (at least one). Nothing is counted
 * where that would pass a limit.
 */
export async function reserve(
  redis: Redis,
  tenantId: string,
  limits: RateLimits,
  { responseId, tokens }: Counted,
): Promise<LimitsState & { refusal: LimitRefusal | null }> {
  const reply = await count(redis, tenantId, limits, 'reserve', { responseId, tokens: Math.max(1, tokens) })
  return { ...reply.state, refusal: reply.isRefused ? refusalOf(reply) : null }
}

/**
 * Replaces the tokens of a response that was reserved with what it took, which may be more than the limit: then the next
 * wait. The request stays counted.
 */
export async function settle(
  redis: Redis,
  tenantId: string,
  limits: RateLimits,
  counted: Counted,
): Promise<LimitsState> {
  return (await count(redis, tenantId, limits, 'settle', counted)).state
}

interface Reply {
  state: LimitsState
  isRefused: boolean
  requestWaitUs: number
  tokenWaitUs: number
}

async function count(
  redis: Redis,
  tenantId: string,
  limits: RateLimits,
  action: 'reserve' | 'settle',
  { responseId, tokens }: Counted,
): Promise<Reply> {
  const reply = await limiterCount(
    redis,
    { counts: keys.countedResponses(tenantId) },
    {
      action,
      response: responseId,
      amount: tokens,
      request_limit: limits.requests ?? 0,
      token_limit: limits.tokens ?? 0,
      window_ms: limits.windowMs,
    },
  )
  const number = (place: number): number => reply.readDoubleLE(place * 8)
  const [requestWaitUs, tokenWaitUs] = [number(5), number(6)]
  return {
    state: {
      atUs: number(0),
      requests: stateOf(limits.requests, number(1), number(2)),
      tokens: stateOf(limits.tokens, number(3), number(4)),
    },
    isRefused: requestWaitUs !== 0 || tokenWaitUs !== 0,
    requestWaitUs,
    tokenWaitUs,
  }
}

function stateOf(limit: number | null, counted: number, leaveUs: number): LimitState | null {
  return limit === null ? null : { limit, remaining: Math.max(0, limit - counted), resetMs: leaveUs / 1_000 }
}

function refusalOf({ requestWaitUs, tokenWaitUs }: Reply): LimitRefusal {
  if (tokenWaitUs < 0) return { limit: 'tokens', waitMs: null }
  const limit = requestWaitUs > tokenWaitUs ? 'requests' : 'tokens'
  return { limit, waitMs: Math.max(requestWaitUs, tokenWaitUs) / 1_000 }
}
