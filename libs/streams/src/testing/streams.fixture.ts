import { type Failure, type ResponseId, type SessionId, newId, silentLog, systemClock } from '@voicebox/kernel'
import type { JobContext, SynthesizeJob, WorkerResult } from '../index.ts'
import { type ConsumeLaneOptions, type LaneConsumer, type Redis, consumeLane, openRedis } from '../index.ts'
import { type JobOutput, jobOutput, sessionLogLimits } from '../job-output.ts'

export const lane = 'jobs:tts:stub'

/** All that Redis has of the lane. */
export const laneKeys = [
  lane,
  ...['later', 'pace', 'dead', 'workers', 'slots', 'places', 'overflow', 'share'].map((name) => `${name}:{${lane}}`),
]

export function open(url: string): Promise<Redis> {
  return openRedis({ url, name: 'test', log: silentLog, signal: AbortSignal.timeout(10_000) })
}

export function segmentJob(about: Partial<SynthesizeJob> = {}): SynthesizeJob {
  return {
    kind: 'synthesize',
    id: newId('job'),
    sessionId: newId('sess'),
    tenantId: 'tenant',
    deadlineMs: 60_000,
    traceId: 'trace',
    responseId: newId('resp'),
    segment: 0,
    text: 'Good morning.',
    voice: 'kal16',
    speed: 1,
    ...about,
  }
}

export type Run = (job: SynthesizeJob, context: JobContext) => Promise<void>

/** A consumer of the stub lane that is quick to claim. */
export function consume(
  redis: Redis,
  consumer: string,
  run: Run,
  options: Partial<ConsumeLaneOptions<typeof lane>> = {},
): LaneConsumer {
  const about = { lane, consumer, concurrency: 4, claimAfterMs: 400, clock: systemClock, log: silentLog } as const
  return consumeLane(redis, { ...about, run, failed: segmentFailed, ...options })
}

export function audio(job: SynthesizeJob, text: string): WorkerResult {
  const { responseId, segment } = job
  return { kind: 'audio_generated', responseId, segment, offset: 0, pcm: Buffer.from(text) }
}

export function spoken({ responseId, segment }: SynthesizeJob): WorkerResult {
  return { kind: 'segment_spoken', responseId, segment, samples: 1 }
}

function segmentFailed({ responseId, segment }: SynthesizeJob, { code, message }: Failure): WorkerResult[] {
  return [{ kind: 'segment_failed', responseId, segment, code, message }]
}

/** Says things about a session as a worker would, without a lane. */
export async function speaker(
  redis: Redis,
  sessionId: SessionId,
  limits = sessionLogLimits,
): Promise<{ subject: ResponseId; output: JobOutput; say(...texts: string[]): Promise<void> }> {
  const responseId: ResponseId = newId('resp')
  const output = jobOutput(redis, segmentJob({ sessionId, responseId }), {
    entry: '1-0',
    attempt: 1,
    deadlineAtMs: Date.now() + 60_000,
    limits,
  })
  await output.begin()
  return {
    subject: responseId,
    output,
    async say(...texts) {
      await output.emit(texts.map((text) => ({ kind: 'text_generated', responseId, text })))
    },
  }
}

/** Shows a result in a few letters. */
export function brief(result: WorkerResult): string {
  if (result.kind === 'text_generated') return result.text
  if (result.kind === 'audio_generated') return Buffer.from(result.pcm).toString()
  return result.kind === 'segment_failed' ? result.code : result.kind
}
