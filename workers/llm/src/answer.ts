import type { GenerationRequest } from '@voicebox/engines'
import { type Clock, Failure, type Log, type ResponseId, messageFor } from '@voicebox/kernel'
import {
  type GenerateJob,
  type JobContext,
  type Lane,
  type Redis,
  type WorkerResult,
  loadItems,
  recordedTraceOf,
} from '@voicebox/streams'
import { batches } from './batches.ts'
import { contextOf } from './context.ts'
import { joinedEvents } from './joined-events.ts'
import type { LanguagePool, OwnKeys, PoolEvent } from './pool.ts'
import { makeSpeechPlan } from './speech-plan.ts'

export interface AnswerOptions {
  redis: Redis
  pool: LanguagePool
  /** The keys of a tenant for its providers. */
  ownKeysOf(tenantId: string): Promise<OwnKeys>
  /** How many segments may wait for a speech engine. */
  maxWaiting: number
  /** A segment was refused because its lane was full. */
  onRefused(lane: Lane): void
  /** Told how long the first token of an answer took, in milliseconds, and the answer's recorded trace. */
  onFirstToken(provider: string, ms: number, traceId?: string): void
  /** And all of it. */
  onGenerated(provider: string, ms: number, traceId?: string): void
  clock: Clock
  log: Log
}

/** After so long without a token, a sentence that seems finished is spoken. */
const settleAfterMs = 300

/**
 * Does a `GenerateJob`: text and tool calls are emitted as they come, and in an audio response each finished segment goes
 * to the lane of its engine; no segment goes past the start of a call. An answer that another attempt had begun is not
 * begun again, because the client has heard of it.
 */
export async function answer(
  { redis, pool, ownKeysOf, maxWaiting, onRefused, onFirstToken, onGenerated, clock, log }: AnswerOptions,
  job: GenerateJob,
  context: JobContext,
  reading: Promise<JobRequest>,
): Promise<void> {
  if (context.hasEmitted) throw new Failure('engine', 'worker_lost', 'The worker that gave the answer was lost')
  const { responseId, sessionId, tenantId, traceId } = job
  const [request, ownKeys] = await Promise.all([reading, ownKeysOf(tenantId)])
  const startMs = clock.now()
  let firstTokenMs: number | undefined
  const speech = makeSpeechPlan({
    redis,
    job,
    leftMs: () => context.leftMs(),
    trace: context.trace,
    maxWaiting,
    onRefused,
  })
  const batched = batches((signal) => pool.generate({ ...request, ownKeys, signal }), {
    signal: context.signal,
    clock,
    idleMs: settleAfterMs,
  })
  for await (const events of batched) {
    const results = events.length === 0 ? await speech.settle() : []
    for (const event of joinedEvents(events)) {
      if (event.kind !== 'finish' && firstTokenMs === undefined) {
        firstTokenMs = clock.now() - startMs
        onFirstToken(event.provider, firstTokenMs, recordedTraceOf(job))
      }
      if (event.kind === 'text') {
        const { text } = event
        // before its segments are enqueued, so that an attempt that has begun to speak is known to have emitted
        if (!(await context.emit(...results.splice(0), { kind: 'text_generated', responseId, text }))) return
        results.push(...(await speech.append(text)))
        continue
      }
      results.push(...(await speech.end()), resultOf(event, responseId, speech.count()))
      if (event.kind !== 'finish') continue
      const { reason, usage, provider } = event
      onGenerated(provider, clock.now() - startMs, recordedTraceOf(job))
      log.info(
        { tenantId, sessionId, correlationId: traceId, responseId, provider, reason, ...usage, firstTokenMs },
        'A response was generated.',
      )
    }
    if (results.length > 0 && !(await context.emit(...results))) return
  }
}

/** The result of a job that could not be done; what must not be shown of the failure is left out. */
export function generationFailed({ responseId }: GenerateJob, failure: Failure): WorkerResult {
  const message = messageFor(failure, 'The answer could not be generated')
  return { kind: 'generation_failed', responseId, code: failure.code, message }
}

function resultOf(event: Exclude<PoolEvent, { kind: 'text' }>, responseId: ResponseId, segments: number): WorkerResult {
  if (event.kind === 'call_started') return { kind: event.kind, responseId, call: event.call, name: event.name }
  if (event.kind === 'call_arguments') return { kind: event.kind, responseId, call: event.call, text: event.text }
  const { reason, usage, provider } = event
  return { kind: 'generation_finished', responseId, reason, usage, segments, provider }
}

/** What a model is asked for by a job. */
export type JobRequest = Omit<GenerationRequest, 'signal'>

/** Reads what the model is to see of the conversation. Nobody need wait for what it rejects with. */
export function readRequest(redis: Redis, job: GenerateJob): Promise<JobRequest> {
  const reading = requestOf(redis, job)
  reading.catch(() => {})
  return reading
}

async function requestOf(redis: Redis, job: GenerateJob): Promise<JobRequest> {
  const { itemIds, instructions, maxOutputTokens, temperature } = job
  const { tools, toolChoice, parallelToolCalls, reasoningEffort } = job
  const items = await loadItems(redis, job, itemIds)
  return {
    instructions,
    context: contextOf(items.map((item) => item?.context ?? null)),
    ...(tools === undefined ? {} : { tools }),
    ...(toolChoice === undefined ? {} : { toolChoice }),
    ...(parallelToolCalls === undefined ? {} : { parallelToolCalls }),
    ...(reasoningEffort === undefined ? {} : { reasoningEffort }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(temperature === undefined ? {} : { temperature }),
  }
}
