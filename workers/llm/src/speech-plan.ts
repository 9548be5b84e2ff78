import type { JobId } from '@voicebox/kernel'
import {
  type GenerateJob,
  type JobTrace,
  type Lane,
  type Redis,
  type SynthesizeJob,
  type WorkerResult,
  enqueue,
} from '@voicebox/streams'
import { type Segment, makeSegmenter } from './segmenter.ts'

/** Turns the text of an answer into jobs for its speech engine. Each call gives the results that tell of what it enqueued. */
export interface SpeechPlan {
  append(text: string): Promise<WorkerResult[]>
  /** In a pause of the stream. */
  settle(): Promise<WorkerResult[]>
  /** Plans all that is left: at a call, after which more may be said, and at the end of the answer. */
  end(): Promise<WorkerResult[]>
  /** How many segments were planned. */
  count(): number
}

export interface SpeechPlanOptions {
  redis: Redis
  job: GenerateJob
  /** How long the answer is still worth giving, and so its speech. */
  leftMs(): number
  /** For a segment that is enqueued now. */
  trace(): JobTrace | undefined
  /** How many jobs may wait in the lane of the speech engine. */
  maxWaiting: number
  /** A segment was refused for want of room. */
  onRefused(lane: Lane): void
}

/** Plans nothing in a text response. A segment for which the lane has no room is told as failed: the answer goes on as text. */
export function makeSpeechPlan({ redis, job, leftMs, trace, maxWaiting, onRefused }: SpeechPlanOptions): SpeechPlan {
  const { speech, responseId } = job
  const segmenter = makeSegmenter()
  let count = 0
  const plan = async (segments: readonly Segment[]): Promise<WorkerResult[]> => {
    if (speech === undefined) return []
    const planned = segments
      .filter((segment) => segment.speech !== '')
      .map(({ text, speech: spoken }) => ({ segment: count++, text, spoken }))
    const lane = `jobs:tts:${speech.engine}` as const
    const results = await Promise.all(
      planned.map(async ({ segment, text, spoken }): Promise<WorkerResult[]> => {
        const wanted = synthesizeJob(job, speech, { segment, text: spoken, deadlineMs: leftMs(), trace: trace() })
        const answer = await enqueue(redis, lane, wanted, { maxWaiting })
        const told: WorkerResult = { kind: 'segment_planned', responseId, segment, text }
        if (answer === 'queued') return [told]
        onRefused(lane)
        return [told, { kind: 'segment_failed', responseId, segment, ...laneFull }]
      }),
    )
    return results.flat()
  }
  return {
    append: (text) => plan(speech === undefined ? [] : segmenter.append(text)),
    settle: () => plan(segmenter.settle()),
    end: () => plan(segmenter.end()),
    count: () => count,
  }
}

const laneFull = { code: 'lane_full', message: 'Too much waits to be spoken' }

function synthesizeJob(
  { sessionId, tenantId, traceId, responseId }: GenerateJob,
  { voice, speed, language }: NonNullable<GenerateJob['speech']>,
  {
    segment,
    text,
    deadlineMs,
    trace,
  }: Pick<SynthesizeJob, 'segment' | 'text' | 'deadlineMs'> & { trace: JobTrace | undefined },
): SynthesizeJob {
  // of the response and the segment, so that another attempt at the answer has none of it spoken twice
  const id: JobId = `job_${responseId.slice('resp_'.length)}_${segment}`
  const base = { id, sessionId, tenantId, deadlineMs, traceId }
  return {
    ...base,
    kind: 'synthesize',
    responseId,
    segment,
    text,
    voice,
    speed,
    ...(language === undefined ? {} : { language }),
    ...(trace === undefined ? {} : { trace }),
  }
}
