import type { Failure } from '@voicebox/kernel'
import { encode } from './codec.ts'
import type { Job } from './jobs.ts'
import type { Delivery } from './lane-hold.ts'

/** What is kept of a job that was given up. */
export interface Letter {
  /** As far as it is kept: no secrets, and of a job that is too large only whose it is. */
  job: Pick<Job, 'kind' | 'id' | 'sessionId' | 'tenantId' | 'traceId'> & Record<string, unknown>
  /** Whether all of the job was kept, so that it could be done again. */
  isWhole: boolean
  /** How often it was begun. */
  attempts: number
  /** Why the last attempt ended. */
  cause: { kind: string; code: string; message: string }
  /** When it was first put on its lane, by Redis's clock. */
  queuedAtMs: number
}

export function letterOf(job: Job, { origin, attempt }: Delivery, { kind, code, message }: Failure): Letter {
  const cause = { kind, code, message: message.slice(0, maxMessageChars) }
  return { ...kept(job), attempts: attempt, cause, queuedAtMs: Number.parseInt(origin, 10) }
}

export const encodeLetter = (letter: Letter): Buffer => encode(letter)

/** How many letters a lane keeps, and for how long: enough to see what went wrong, for people's words are in them. */
export const deadLetterLimits = { max_letters: 1_000, max_age_ms: 7 * 24 * 3_600_000 }

const maxJobBytes = 64 << 10
const maxMessageChars = 1_000

function kept(job: Job): Pick<Letter, 'job' | 'isWhole'> {
  const { id, kind, sessionId, tenantId, traceId } = job
  if (encode(job).length > maxJobBytes) return { job: { id, kind, sessionId, tenantId, traceId }, isWhole: false }
  if (!('server' in job)) return { job: { ...job }, isWhole: true }
  const { label, url } = job.server
  return { job: { ...job, server: { label, url: withoutSecrets(url) } }, isWhole: false }
}

/** Some servers are given their key in the path or the query. */
function withoutSecrets(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : ''
}
