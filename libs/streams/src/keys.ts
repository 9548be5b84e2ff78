import type { ItemId, JobId, ResponseId, SessionId } from '@voicebox/kernel'
import type { Lane } from './jobs.ts'

/** Every key and channel. Those of one session share its hash tag, and so their slot, and so do those of one tenant, and those of one lane. */
export const keys = {
  lane: (lane: Lane) => lane,
  lanePace: (lane: Lane) => `pace:{${lane}}`,
  laneLater: (lane: Lane) => `later:{${lane}}`,
  laneWorkers: (lane: Lane) => `workers:{${lane}}`,
  laneDead: (lane: Lane) => `dead:{${lane}}`,
  laneSlots: (lane: Lane) => `slots:{${lane}}`,
  lanes: 'lanes',
  log: (session: SessionId) => `out:{${session}}`,
  work: (session: SessionId, job: JobId) => `work:{${session}}:${job}`,
  cancelled: (session: SessionId, subject: ItemId | ResponseId) => `cancelled:{${session}}:${subject}`,
  session: (session: SessionId) => `sess:{${session}}`,
  items: (session: SessionId) => `items:{${session}}`,
  audio: (session: SessionId, item: ItemId) => `audio:{${session}}:${item}`,
  spoken: (session: SessionId, item: ItemId) => `spoken:{${session}}:${item}`,
  live: (shard: number) => `sessions:live:{${shard}}`,
  liveWatch: (shard: number) => `sessions:live:{${shard}}:watch`,
  ended: 'sessions:ended',
  secret: (digest: string) => `secret:${digest}`,
  answers: (tenantId: string) => `answers:{${tenantId}}`,
  answerTimes: (tenantId: string) => `answers:{${tenantId}}:times`,
  countedRequests: (tenantId: string) => `limits:{${tenantId}}:requests`,
  countedTokens: (tenantId: string) => `limits:{${tenantId}}:tokens`,
  countedSessions: (tenantId: string) => `limits:{${tenantId}}:sessions`,
  countedAudio: (tenantId: string) => `limits:{${tenantId}}:audio`,
  countedAmounts: (tenantId: string) => `limits:{${tenantId}}:amounts`,
} as const

/** What tells which tenants' jobs are in a lane, and which wait to come into it. */
export const placesKeys = (lane: Lane) => ({
  places: `places:{${lane}}`,
  overflow: `overflow:{${lane}}`,
  share: `share:{${lane}}`,
})

/** What each session has; the names of all other keys of a session are in `held`. */
export const sessionKeys = (session: SessionId) => ({
  session: keys.session(session),
  records: `state:{${session}}`,
  items: keys.items(session),
  sent: `sent:{${session}}`,
  log: keys.log(session),
  head: `out:{${session}}:head`,
  held: `held:{${session}}`,
})

export const channelNames = {
  keyChanges: 'keys:changes',
  hold: (session: SessionId) => `hold:{${session}}`,
  log: (session: SessionId) => `out:{${session}}`,
  cancel: (session: SessionId) => `cancel:{${session}}`,
  audio: (session: SessionId, item: ItemId) => `audio:{${session}}:${item}`,
} as const

/**
 * How long a session's keys outlive their last write, should nobody ever come to free them. Longer than any job lives, so that
 * its marks outlive it.
 */
export const sessionTtlMs = 3_600_000

/** How long it is known of a session that it has ended, so that who wakes up late writes nothing of it any more. */
export const tombstoneMs = 600_000
