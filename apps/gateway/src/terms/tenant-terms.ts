import type { Settings } from '@voicebox/config'
import type { RateLimits } from '@voicebox/streams'
import type { TenantProfile, ToolQuota } from '@voicebox/tenancy'

/** How much a tenant may have, over all gateways; null: as much as it likes. */
export interface TenantLimits extends RateLimits {
  /** Sessions at a time. */
  sessions: number | null
  /** Longest life of a session; null: as long as any. */
  sessionMaxS: number | null
  /** Audio that clients send, in a day of UTC. */
  audioMsPerDay: number | null
}

/** What a tenant's sessions may name; null: whatever there is. */
export interface TenantChoice {
  models: readonly string[] | null
  voices: readonly string[] | null
  tools: ToolQuota | null
}

/** What a tenant may have, and what its sessions begin with. */
export interface TenantTerms extends TenantLimits, TenantChoice {
  instructions: string
  /** Null: the model's own. */
  voice: string | null
}

/** Tells what a tenant may have at the moment. It is asked each time, so that the answer may change while sessions go on. */
export type LimitsOf = (tenantId: string) => TenantLimits | Promise<TenantLimits>

/** Rejects with a `Failure` of kind `dependency` where that cannot be known. */
export type TermsOf = (tenantId: string) => TenantTerms | Promise<TenantTerms>

/** The installation's limits, save for what is set for the tenant. */
export function termsFrom(all: Settings['rateLimits'], { quotas, settings }: TenantProfile): TenantTerms {
  const { requestsPerMinute, tokensPerMinute, windowMs, sessions, sessionMaxS, audioMinutesPerDay } = {
    ...all,
    ...quotas,
  }
  const { models = null, voices = null, tools = null } = quotas
  return {
    requests: requestsPerMinute,
    tokens: tokensPerMinute,
    windowMs,
    sessions,
    sessionMaxS,
    audioMsPerDay: audioMinutesPerDay === null ? null : audioMinutesPerDay * 60_000,
    models,
    voices,
    tools,
    instructions: settings.instructions,
    voice: settings.voice,
  }
}

/** The voice that a session begins with: the tenant's own or its model's, or the first allowed where that is not. */
export function firstVoice({ voice, voices }: TenantTerms, ofModel: string): string {
  const usual = voice ?? ofModel
  return voices === null || voices.includes(usual) ? usual : (voices[0] ?? usual)
}
