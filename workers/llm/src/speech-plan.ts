import { newId } from '@voicebox/kernel'
import { type GenerateJob, type Redis, type SynthesizeJob, type WorkerResult, enqueue } from '@voicebox/streams'
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

/** Plans nothing in a text response. */
export function makeSpeechPlan(redis: Redis, job: GenerateJob): SpeechPlan {
  const { speech, responseId } = job
  const segmenter = makeSegmenter()
  let count = 0
  const plan = async (segments: readonly Segment[]): Promise<WorkerResult[]> => {
    if (speech === undefined) return []
    const planned = segments
      .filter((segment) => segment.speech !== '')
      .map(({ text, speech: spoken }) => ({ segment: count++, text, spoken }))
    const lane = `jobs:tts:${speech.engine}` as const
    await Promise.all(
      planned.map(({ segment, spoken }) => enqueue(redis, lane, synthesizeJob(job, speech, segment, spoken))),
    )
    return planned.map(({ segment, text }) => ({ kind: 'segment_planned', responseId, segment, text }))
  }
  return {
    append: (text) => plan(speech === undefined ? [] : segmenter.append(text)),
    settle: () => plan(segmenter.settle()),
    end: () => plan(segmenter.end()),
    count: () => count,
  }
}

function synthesizeJob(
  { sessionId, tenantId, deadlineAtMs, traceId, responseId }: GenerateJob,
  { voice, speed, language }: NonNullable<GenerateJob['speech']>,
  segment: number,
  text: string,
): SynthesizeJob {
  const base = { id: newId('job'), sessionId, tenantId, deadlineAtMs, traceId }
  return {
    ...base,
    kind: 'synthesize',
    responseId,
    segment,
    text,
    voice,
    speed,
    ...(language === undefined ? {} : { language }),
  }
}
