import { emptyProfile } from '@voicebox/tenancy'
import { type TenantTerms, termsFrom } from '../terms/tenant-terms.ts'

/** The terms of a tenant that may have whatever it likes. */
export const unlimited: TenantTerms = termsFrom(
  {
    requestsPerMinute: null,
    tokensPerMinute: null,
    windowMs: 60_000,
    sessions: null,
    sessionMaxS: null,
    audioMinutesPerDay: null,
  },
  emptyProfile,
)
