import { encode } from './codec.ts'
import { type Lane, groupOf } from './jobs.ts'
import { keys, placesKeys } from './keys.ts'
import type { JobIn } from './lane-job.ts'
import type { Redis } from './redis.ts'
import { laneEnqueue } from './scripts.gen.ts'

/** The lane was refused another job: so many wait there that it would come too late. */
export interface LaneFull {
  kind: 'full'
  /** When trying again makes sense, judged by how quickly jobs were done of late. */
  retryAfterMs: number
}

export interface EnqueueOptions {
  /** How many jobs may wait for the lane's workers; those that are being done do not count. Absent: 2,000. */
  maxWaiting?: number
}

/**
 * Puts a job on a lane. Should a lost connection (or whoever wants the job) put it there twice, only one of the two is run.
 * A tenant that has its share of places in the lane waits for its own jobs to leave it. Where too many wait, those tenants
 * are refused that have their part of them: who has next to none waiting is always taken.
 */
export async function enqueue<L extends Lane>(
  redis: Redis,
  lane: L,
  job: JobIn<L>,
  { maxWaiting = 2_000 }: EnqueueOptions = {},
): Promise<'queued' | LaneFull> {
  const [answer, waitMs] = await laneEnqueue(
    redis,
    { lane: keys.lane(lane), pace: keys.lanePace(lane), ...placesKeys(lane) },
    {
      group: groupOf(lane),
      tenant: job.tenantId,
      payload: encode(job),
      deadline_ms: Math.ceil(job.deadlineMs),
      max_waiting: maxWaiting,
    },
  )
  return answer === 'full' ? { kind: 'full', retryAfterMs: retryAfterMs(Number(waitMs)) } : 'queued'
}

/** A lane in which nothing was done of late (-1) tells nothing, and nobody shall come back at once, or never. */
function retryAfterMs(waitMs: number): number {
  return waitMs < 0 ? longestWaitMs : Math.min(Math.max(waitMs, 1_000), longestWaitMs)
}

const longestWaitMs = 30_000
