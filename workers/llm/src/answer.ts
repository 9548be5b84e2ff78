import type { GenerationRequest } from '@voicebox/engines'
import { type Clock, Failure, type Log, messageFor } from '@voicebox/kernel'
import { type GenerateJob, type JobContext, type Redis, type WorkerResult, loadItems } from '@voicebox/streams'
import { batches } from './batches.ts'
import { contextOf } from './context.ts'
import type { LanguagePool } from './pool.ts'
import { makeSpeechPlan } from './speech-plan.ts'

export interface AnswerOptions {
  redis: Redis
  pool: LanguagePool
  clock: Clock
  log: Log
}

/** After so long without a token, a sentence that seems finished is spoken. */
const settleAfterMs = 300

/**
 * Does a `GenerateJob`: text is emitted as it comes, and in an audio response each finished segment goes to the lane of
 * its engine. An answer that another attempt had begun is not begun again, because the client has heard of it.
 */
export async function answer(
  { redis, pool, clock, log }: AnswerOptions,
  job: GenerateJob,
  context: JobContext,
): Promise<void> {
  if (context.hasEmitted) throw new Failure('engine', 'worker_lost', 'The worker that gave the answer was lost')
  const { responseId, sessionId, traceId } = job
  const request = await requestOf(redis, job)
  const startMs = clock.now()
  let firstTokenMs: number | undefined
  const speech = makeSpeechPlan(redis, job)
  const batched = batches((signal) => pool.generate({ ...request, signal }), {
    signal: context.signal,
    clock,
    idleMs: settleAfterMs,
  })
  for await (const events of batched) {
    const text = events.map((event) => (event.kind === 'text' ? event.text : '')).join('')
    if (text !== '') {
      firstTokenMs ??= clock.now() - startMs
      // before its segments are enqueued, so that an attempt that has begun to speak is known to have emitted
      if (!(await context.emit({ kind: 'text_generated', responseId, text }))) return
    }
    const results = await (events.length === 0 ? speech.settle() : speech.append(text))
    const finish = events.find((event) => event.kind === 'finish')
    if (finish !== undefined) {
      const { reason, usage, provider } = finish
      results.push(...(await speech.end()))
      results.push({ kind: 'generation_finished', responseId, reason, usage, segments: speech.count(), provider })
      log.info(
        { sessionId, responseId, traceId, provider, reason, ...usage, firstTokenMs },
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

async function requestOf(redis: Redis, job: GenerateJob): Promise<Omit<GenerationRequest, 'signal'>> {
  const { sessionId, itemIds, instructions, maxOutputTokens, temperature } = job
  const items = await loadItems(redis, sessionId, itemIds)
  return {
    instructions,
    context: contextOf(items.map((item) => item?.context ?? null)),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(temperature === undefined ? {} : { temperature }),
  }
}
