import type { Settings } from '@voicebox/config'
import type { RateLimits } from '@voicebox/streams'

/** What a tenant may have, over all gateways; null: as much as it likes. */
export interface TenantLimits extends RateLimits {
  /** Sessions at a time. */
  sessions: number | null
  /** Longest life of a session; null: as long as any. */
  sessionMaxS: number | null
  /** Audio that clients send, in a day of UTC. */
  audioMsPerDay: number | null
}

/** Tells what a tenant may have at the moment. It is asked each time, so that the answer may change while sessions go on. */
export type LimitsOf = (tenantId: string) => TenantLimits | Promise<TenantLimits>

/** The limits of the configuration: the same for all tenants, save for what is set for one by name. */
export function limitsFrom({ tenants, ...all }: Settings['rateLimits']): LimitsOf {
  return (tenantId) => {
    const own = Object.hasOwn(tenants, tenantId) ? tenants[tenantId] : undefined
    const { requestsPerMinute: requests, tokensPerMinute: tokens, audioMinutesPerDay, ...rest } = { ...all, ...own }
    const audioMsPerDay = audioMinutesPerDay === null ? null : audioMinutesPerDay * 60_000
    return { requests, tokens, ...rest, audioMsPerDay }
  }
}
