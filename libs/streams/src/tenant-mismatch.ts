import type { JobId, SessionId } from '@voicebox/kernel'

/** Something that names one tenant was met where it is another's. It was refused. */
export interface TenantMismatch {
  at: 'job' | 'result' | 'secret' | 'session'
  /** Whose it says that it is. */
  tenantId: string
  /** Whose it is where it was met. */
  otherTenantId: string
  sessionId?: SessionId
  jobId?: JobId
}

/** Told of each, to log and count it. */
export type OnMismatch = (mismatch: TenantMismatch) => void
