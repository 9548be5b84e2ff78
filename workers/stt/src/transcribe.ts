import { heardRateHz } from '@voicebox/audio'
import type { RecognitionRequest, SpeechRecognizer } from '@voicebox/engines'
import { type Clock, type Failure, type Log, messageFor, toFailure } from '@voicebox/kernel'
import { type JobContext, type Redis, type TranscribeJob, type WorkerResult, readAudio } from '@voicebox/streams'
import { makeInterimThrottle } from './interim-throttle.ts'

export interface TranscribeParts {
  redis: Redis
  recognizer: SpeechRecognizer
  clock: Clock
  log: Log
}

/**
 * Recognizes the utterance of a job from its stored audio, and says what it hears. An engine that breaks gets a second
 * chance, because the utterance may not have been the cause.
 */
export async function transcribe(parts: TranscribeParts, job: TranscribeJob, context: JobContext): Promise<void> {
  try {
    await transcribeOnce(parts, job, context)
  } catch (error) {
    const { kind, code, retryable } = toFailure(error)
    if (kind !== 'engine' || !retryable || context.signal.aborted) throw error
    parts.log.warn({ jobId: job.id, itemId: job.itemId, code }, 'A recognition is tried again')
    await transcribeOnce(parts, job, context)
  }
}

/** The last result of a job that failed. */
export function transcriptFailed({ itemId }: TranscribeJob, failure: Failure): WorkerResult {
  const message = messageFor(failure, 'The utterance could not be transcribed')
  return { kind: 'transcript_failed', itemId, code: failure.code, message }
}

async function transcribeOnce(
  { redis, recognizer, clock, log }: TranscribeParts,
  job: TranscribeJob,
  context: JobContext,
): Promise<void> {
  const { itemId, sessionId } = job
  const { signal } = context
  const audio = counted(readAudio(redis, sessionId, itemId, { signal, log }))
  const interims = makeInterimThrottle({ intervalMs: interimIntervalMs, clock, pass: emitInterim })
  try {
    for await (const { kind, text } of recognizer.recognize({ audio: audio.frames, signal, ...hintsOf(job) })) {
      if (kind === 'interim') interims.offer(text)
      else {
        interims.close() // none may follow the final
        const audioMs = Math.round((audio.samples() * 1_000) / heardRateHz)
        await context.emit({ kind: 'transcript_final', itemId, text, audioMs })
      }
    }
  } finally {
    interims.close()
  }

  function emitInterim(text: string): void {
    context.emit({ kind: 'transcript_interim', itemId, text }).catch((error: unknown) => {
      log.warn({ jobId: job.id, itemId, error }, 'An interim transcript was lost')
    })
  }
}

const interimIntervalMs = 100

function counted(audio: AsyncIterable<Int16Array>): { frames: AsyncIterable<Int16Array>; samples(): number } {
  let samples = 0
  async function* count(): AsyncGenerator<Int16Array, void, undefined> {
    for await (const frame of audio) {
      samples += frame.length
      yield frame
    }
  }
  return { frames: count(), samples: () => samples }
}

function hintsOf({ language, prompt }: TranscribeJob): Pick<RecognitionRequest, 'language' | 'prompt'> {
  return { ...(language !== undefined && { language }), ...(prompt !== undefined && { prompt }) }
}
