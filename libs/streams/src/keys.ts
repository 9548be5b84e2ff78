import type { ItemId, JobId, ResponseId, SessionId } from '@voicebox/kernel'
import type { Lane } from './jobs.ts'

/** Every key and channel. Those of one session share its hash tag, and so their slot, and so do those of one tenant; a lane stands for itself. */
export const keys = {
  lane: (lane: Lane) => lane,
  log: (session: SessionId) => `out:{${session}}`,
  logHead: (session: SessionId) => `out:{${session}}:head`,
  work: (session: SessionId, job: JobId) => `work:{${session}}:${job}`,
  cancelled: (session: SessionId, subject: ItemId | ResponseId) => `cancelled:{${session}}:${subject}`,
  items: (session: SessionId) => `items:{${session}}`,
  audio: (session: SessionId, item: ItemId) => `audio:{${session}}:${item}`,
  spoken: (session: SessionId, item: ItemId) => `spoken:{${session}}:${item}`,
  secret: (digest: string) => `secret:${digest}`,
  countedRequests: (tenantId: string) => `limits:{${tenantId}}:requests`,
  countedTokens: (tenantId: string) => `limits:{${tenantId}}:tokens`,
  countedAmounts: (tenantId: string) => `limits:{${tenantId}}:amounts`,
} as const

export const channelNames = {
  log: (session: SessionId) => `out:{${session}}`,
  cancel: (session: SessionId) => `cancel:{${session}}`,
  audio: (session: SessionId, item: ItemId) => `audio:{${session}}:${item}`,
} as const

/** How long a session's keys outlive their last write. Longer than any job lives, so that its marks outlive it. */
export const sessionTtlMs = 3_600_000
