import { assertNever } from '@voicebox/kernel'
import { encode } from './codec.ts'
import { type Job, subjectOf } from './jobs.ts'
import { channelNames, keys, sessionTtlMs } from './keys.ts'
import type { Redis } from './redis.ts'
import type { WorkerResult } from './results.ts'
import { jobBegin, sessionEmit } from './scripts.gen.ts'

/** What one attempt at a job may say. Another attempt, and another entry of the same job, has its own. */
export interface JobOutput {
  /** Registers this attempt as the job's owner. */
  begin(): ReturnType<typeof jobBegin>
  /** Appends to the session log in one step. Emits keep the order of the calls. */
  emit(results: readonly WorkerResult[]): ReturnType<typeof sessionEmit>
  /** Resolves when all emits so far have been answered. */
  flushed(): Promise<void>
  /** Whether the result that ends the job was emitted: it is done then, whatever happens to this worker. */
  readonly hasEnded: boolean
}

export interface SessionLogLimits {
  maxBytes: number
  maxAgeMs: number
}

export const sessionLogLimits: SessionLogLimits = { maxBytes: 8 << 20, maxAgeMs: 60_000 }

export function jobOutput(
  redis: Redis,
  job: Job,
  { entry, attempt, limits }: { entry: string; attempt: number; limits: SessionLogLimits },
): JobOutput {
  const { sessionId } = job
  const marks = { work: keys.work(sessionId, job.id), cancelled: keys.cancelled(sessionId, subjectOf(job)) }
  const log = { ...marks, log: keys.log(sessionId), head: keys.logHead(sessionId) }
  let emits = 0
  let hasEnded = false
  return {
    begin: () => jobBegin(redis, marks, { entry, attempt, ttl_ms: sessionTtlMs }),
    async emit(results) {
      const ends = results.some(endsJob)
      const args = {
        channel: channelNames.log(sessionId),
        entry,
        attempt,
        emit: (emits += 1),
        ends_job: ends ? 1 : 0,
        max_bytes: limits.maxBytes,
        max_age_ms: limits.maxAgeMs,
        ttl_ms: sessionTtlMs,
        payloads: results.map(encode),
      }
      return redis.inOrder(marks.work, async () => {
        const answer = await sessionEmit(redis, log, args)
        if (answer === 'emitted') hasEnded ||= ends
        return answer
      })
    },
    flushed: () => redis.inOrder(marks.work, () => Promise.resolve()),
    get hasEnded() {
      return hasEnded
    },
  }
}

/** Each job has one last result; after it nothing is left to do again. */
function endsJob({ kind }: WorkerResult): boolean {
  switch (kind) {
    case 'transcript_final':
    case 'transcript_failed':
    case 'generation_finished':
    case 'generation_failed':
    case 'segment_spoken':
    case 'segment_failed':
    case 'transcript_peeked':
    case 'tools_listed':
    case 'listing_failed':
    case 'tool_called':
    case 'tool_failed':
      return true
    case 'transcript_interim':
    case 'text_generated':
    case 'call_started':
    case 'call_arguments':
    case 'segment_planned':
    case 'audio_generated':
      return false
    default:
      return assertNever(kind)
  }
}
