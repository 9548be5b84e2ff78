import type { ItemId, JobId, ResponseId } from '@voicebox/kernel'
import type { Lane } from './jobs.ts'
import { nameOf, type SessionRef } from './session-ref.ts'

/**
 * Every key and channel. Those of one session share its hash tag, which names its tenant, and so their slot; and so do those of one
 * tenant, and those of one lane. Those of a lane and of the installation are shared: their entries name the tenant.
 */
export const keys = {
  lane: (lane: Lane) => lane,
  lanePace: (lane: Lane) => `pace:{${lane}}`,
  laneLater: (lane: Lane) => `later:{${lane}}`,
  laneWorkers: (lane: Lane) => `workers:{${lane}}`,
  laneDead: (lane: Lane) => `dead:{${lane}}`,
  laneSlots: (lane: Lane) => `slots:{${lane}}`,
  lanes: 'lanes',
  log: (session: SessionRef) => `out:{${nameOf(session)}}`,
  work: (session: SessionRef, job: JobId) => `work:{${nameOf(session)}}:${job}`,
  cancelled: (session: SessionRef, subject: ItemId | ResponseId) => `cancelled:{${nameOf(session)}}:${subject}`,
  session: (session: SessionRef) => `sess:{${nameOf(session)}}`,
  items: (session: SessionRef) => `items:{${nameOf(session)}}`,
  history: (session: SessionRef) => `history:{${nameOf(session)}}`,
  audio: (session: SessionRef, item: ItemId) => `audio:{${nameOf(session)}}:${item}`,
  spoken: (session: SessionRef, item: ItemId) => `spoken:{${nameOf(session)}}:${item}`,
  live: (shard: number) => `sessions:live:{${shard}}`,
  liveWatch: (shard: number) => `sessions:live:{${shard}}:watch`,
  ended: 'sessions:ended',
  toldQuota: (tenantId: string, quota: string) => `limits:{${tenantId}}:told:${quota}`,
  /** Before all keys of the queues of chores. */
  chores: '{chores}',
  historyDue: (shard: number) => `history:due:{${shard}}`,
  secret: (tenantId: string, digest: string) => `secret:${tenantId}/${digest}`,
  countedResponses: (tenantId: string) => `limits:{${tenantId}}:responses`,
  countedSessions: (tenantId: string) => `limits:{${tenantId}}:sessions`,
  countedAudio: (tenantId: string) => `limits:{${tenantId}}:audio`,
} as const

/** What tells which tenants' jobs are in a lane, and which wait to come into it. */
export const placesKeys = (lane: Lane) => ({
  places: `places:{${lane}}`,
  overflow: `overflow:{${lane}}`,
  share: `share:{${lane}}`,
})

/** What each session has and is freed with it; the names of all other keys of a session are in `held`. Its history outlives it. */
export const sessionKeys = (session: SessionRef) => ({
  session: keys.session(session),
  records: `state:{${nameOf(session)}}`,
  items: keys.items(session),
  sent: `sent:{${nameOf(session)}}`,
  log: keys.log(session),
  head: `out:{${nameOf(session)}}:head`,
  held: `held:{${nameOf(session)}}`,
})

export const channelNames = {
  keyChanges: 'keys:changes',
  hold: (session: SessionRef) => `hold:{${nameOf(session)}}`,
  log: (session: SessionRef) => `out:{${nameOf(session)}}`,
  cancel: (session: SessionRef) => `cancel:{${nameOf(session)}}`,
  audio: (session: SessionRef, item: ItemId) => `audio:{${nameOf(session)}}:${item}`,
} as const

/**
 * How long a session's keys outlive their last write, should nobody ever come to free them. Longer than any job lives, so that
 * its marks outlive it.
 */
export const sessionTtlMs = 3_600_000

/** How long it is known of a session that it has ended, so that who wakes up late writes nothing of it any more. */
export const tombstoneMs = 600_000
