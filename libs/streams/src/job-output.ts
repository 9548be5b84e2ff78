import { assertNever, newId } from '@voicebox/kernel'
import { z } from 'zod'
import type { Stamp } from './attempt.ts'
import { encode } from './codec.ts'
import { type Job, subjectOf } from './jobs.ts'
import { channelNames, keys, sessionKeys, sessionTtlMs } from './keys.ts'
import type { Redis } from './redis.ts'
import type { NamedResult, WorkerResult } from './results.ts'
import { jobBegin, sessionEmit } from './scripts.gen.ts'
import { nameOf } from './session-ref.ts'

/** What one attempt at a job may say. Another attempt, and another entry of the same job, has its own. */
export interface JobOutput {
  /** Registers this attempt as the job's owner, if there is anything to do. `theirs`: whose the session is, if that is known. */
  begin(): Promise<{ verdict: Verdict; leftMs: number; theirs: string }>
  /** Appends to the session log in one step. Emits keep the order of the calls. */
  emit(results: readonly WorkerResult[], stamp?: Stamp | null): ReturnType<typeof sessionEmit>
  /** Resolves when all emits so far have been answered. */
  flushed(): Promise<void>
  /** Whether the result that ends the job was emitted: it is done then, whatever happens to this worker. */
  readonly hasEnded: boolean
}

/** Which delivery of a job this is. */
export interface JobOwner {
  /** The first lane entry of the job: a job that is put back keeps it. */
  entry: string
  /** Grows with each delivery. */
  attempt: number
  /** By Redis's clock. */
  deadlineAtMs: number
}

export interface SessionLogLimits {
  maxBytes: number
  maxAgeMs: number
}

export const sessionLogLimits: SessionLogLimits = { maxBytes: 8 << 20, maxAgeMs: 60_000 }

export function jobOutput(
  redis: Redis,
  job: Job,
  { entry, attempt, deadlineAtMs, limits }: JobOwner & { limits: SessionLogLimits },
): JobOutput {
  const { session, held, log, head } = sessionKeys(job)
  const marks = { session, work: keys.work(job, job.id), cancelled: keys.cancelled(job, subjectOf(job)) }
  const name = nameOf(job)
  const run = newId('job')
  let emits = 0
  let hasEnded = false
  return {
    async begin() {
      const owner = { tenant: job.tenantId, entry, attempt, run, deadline: deadlineAtMs, ttl_ms: sessionTtlMs }
      const [verdict, leftMs, theirs = ''] = await jobBegin(redis, { ...marks, held }, owner)
      return { verdict: verdicts.parse(verdict), leftMs: Number(leftMs), theirs }
    },
    async emit(results, stamp = null) {
      const ends = results.some((result) => endsJob(job, result))
      const args = {
        channel: channelNames.log(job),
        run,
        emit: (emits += 1),
        ends_job: ends ? 1 : 0,
        max_bytes: limits.maxBytes,
        max_age_ms: limits.maxAgeMs,
        ttl_ms: sessionTtlMs,
        payloads: results.map((result) => encode([name, result, stamp] satisfies NamedResult)),
      }
      return redis.inOrder(marks.work, async () => {
        const answer = await sessionEmit(redis, { ...marks, log, head }, args)
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

const verdicts = z.enum(['run', 'run_after_output', 'cancelled', 'done', 'duplicate', 'superseded', 'foreign'])
type Verdict = z.infer<typeof verdicts>

/** Each job has one last result; after it nothing is left to do again. */
function endsJob(job: Job, { kind }: WorkerResult): boolean {
  switch (kind) {
    case 'segment_failed': // a generation goes on without the speech of a segment for which there was no room
      return job.kind === 'synthesize'
    case 'transcript_final':
    case 'transcript_failed':
    case 'generation_finished':
    case 'generation_failed':
    case 'segment_spoken':
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
