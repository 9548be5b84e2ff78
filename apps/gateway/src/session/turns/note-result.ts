import type { Stamp, WorkerResult } from '@voicebox/streams'
import { type JobTimes, makeJobTimes, noteStamp, type Stage, type TurnTimes } from './turn-times.ts'

interface Noting {
  nowMs: number
  engineOf(stage: Stage): string
}

/** Notes in a turn what a result tells of its job's times. */
export function noteResult(turn: TurnTimes, result: WorkerResult, stamp: Stamp | null, noting: Noting): void {
  const job = jobOf(turn, result, noting)
  if (job === undefined) return
  const { nowMs } = noting
  const givenAtMs = stamp === null ? nowMs : noteStamp(job, stamp, nowMs)
  if (job.firstAtMs === null) {
    if (isOutput(turn, job, result)) turn.firstHeardAtMs = nowMs
    job.firstAtMs = givenAtMs
  }
  switch (result.kind) {
    case 'segment_planned':
      job.cutAtMs ??= givenAtMs
      break
    case 'generation_finished':
      job.engine = result.provider
      end(job, givenAtMs, nowMs)
      break
    case 'transcript_final':
    case 'transcript_failed':
    case 'generation_failed':
    case 'segment_spoken':
    case 'segment_failed':
    case 'tool_called':
    case 'tool_failed':
      end(job, givenAtMs, nowMs)
      break
    default:
  }
}

/** The first that the client is told: of a spoken answer, its first segment's audio, as soon as there is any. */
function isOutput({ jobs, firstHeardAtMs }: TurnTimes, { segment }: JobTimes, { kind }: WorkerResult): boolean {
  if (kind === 'text_generated') return firstHeardAtMs === null
  if (kind !== 'audio_generated') return false
  return segment === 0 || [...jobs.values()].every(({ stage, firstAtMs }) => stage !== 'tts' || firstAtMs === null)
}

function end(job: JobTimes, givenAtMs: number, nowMs: number): void {
  job.endedAtMs = givenAtMs
  job.heardAtMs = nowMs
}

const maxJobs = 64

/** A segment is known from when the first is said of it: the language worker has asked for it. */
function jobOf(turn: TurnTimes, result: WorkerResult, { engineOf }: Noting): JobTimes | undefined {
  if (!('responseId' in result)) return turn.jobs.get(result.itemId)
  const isOfSegment = 'segment' in result && result.kind !== 'segment_planned'
  if (!isOfSegment) return turn.jobs.get(result.responseId)
  const name = `${result.responseId}/${result.segment}`
  const known = turn.jobs.get(name)
  if (known !== undefined || turn.jobs.size >= maxJobs) return known
  const { segment } = result
  const made = makeJobTimes({ stage: 'tts', segment, spanId: null, wantedAtMs: null, engine: engineOf('tts') })
  turn.jobs.set(name, made)
  return made
}
