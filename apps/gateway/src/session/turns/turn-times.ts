import type { ItemId, ResponseId } from '@voicebox/kernel'
import type { Stamp } from '@voicebox/streams'

/** What a job of a turn is for. Segments are asked for by the language worker, or by the session where it says something itself. */
export type Stage = 'stt' | 'llm' | 'tts' | 'mcp'

/** When what happened to a job, in milliseconds on this gateway's clock; null: it did not, or nobody has said so. */
export interface JobTimes {
  readonly stage: Stage
  /** Of a segment. */
  readonly segment: number | null
  /** The span that waits for it; null where that is the language worker's, or nobody records the turn. */
  readonly spanId: string | null
  /** The session wanted it. */
  wantedAtMs: number | null
  sentAtMs: number | null
  begunAtMs: number | null
  attempt: number
  /** Its first output, and its first segment where it makes those. */
  firstAtMs: number | null
  cutAtMs: number | null
  endedAtMs: number | null
  /** Its last result has come. */
  heardAtMs: number | null
  engine: string
}

/** What happened in a turn: the user's, and the response to it. */
export interface TurnTimes {
  readonly traceId: string
  /** Its root span; null: nobody records it. */
  readonly spanId: string | null
  /** What it began with. */
  cause: 'speech' | 'commit' | 'response' | 'item'
  itemId: ItemId | null
  responseId: ResponseId | null
  /** The user fell silent; or the client wanted an answer. Null while the user speaks. */
  startedAtMs: number | null
  /** The end of the speech was noticed. */
  stoppedAtMs: number | null
  audioWrittenAtMs: number | null
  /** By what they are for: an item, a response, a segment of one. */
  readonly jobs: Map<string, JobTimes>
  /** The first output for the client came from a worker; it was given to the socket; the last was. */
  firstHeardAtMs: number | null
  firstSentAtMs: number | null
  lastSentAtMs: number | null
  endedAtMs: number | null
  status: string
}

export function makeJobTimes(
  about: Pick<JobTimes, 'stage' | 'segment' | 'spanId' | 'wantedAtMs' | 'engine'>,
): JobTimes {
  const unknown = { begunAtMs: null, firstAtMs: null, cutAtMs: null, endedAtMs: null, heardAtMs: null }
  return { ...about, ...unknown, sentAtMs: null, attempt: 1 }
}

/** Notes when an attempt began; answers when it gave its result, which was not after it came. */
export function noteStamp(job: JobTimes, { attempt, sentAtMs, queuedMs, afterMs }: Stamp, nowMs: number): number {
  job.sentAtMs = sentAtMs
  job.attempt = attempt
  job.begunAtMs = Math.min(sentAtMs + queuedMs, nowMs)
  return Math.min(Math.max(sentAtMs + queuedMs + afterMs, job.begunAtMs), nowMs)
}
