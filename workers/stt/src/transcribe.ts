import { heardRateHz } from '@voicebox/audio'
import type { EngineDescriptor, RecognitionRequest, SpeechRecognizer } from '@voicebox/engines'
import type { Clock, Log } from '@voicebox/kernel'
import {
  type JobContext,
  type Redis,
  type TranscribeJob,
  jobFields,
  readAudio,
  recordedTraceOf,
} from '@voicebox/streams'
import { counted } from './frames.ts'
import { makeInterimThrottle } from './interim-throttle.ts'
import { makeSettledWords } from './settled-words.ts'

export interface TranscribeParts {
  redis: Redis
  recognizer: SpeechRecognizer
  interims: EngineDescriptor['interims']
  /** Told how long each transcript took, in milliseconds from when all audio of its utterance was there, and its recorded trace. */
  onTranscribed(ms: number, traceId?: string): void
  clock: Clock
  log: Log
}

/**
 * Recognizes the utterance of a job from its stored audio, and says what it hears. What an engine calls settled stays so:
 * no attempt takes back what another one said.
 */
export async function transcribe(
  { redis, recognizer, interims: promise, onTranscribed, clock, log }: TranscribeParts,
  job: TranscribeJob,
  context: JobContext,
): Promise<void> {
  const { itemId } = job
  const { signal } = context
  const settled = promise === 'settled' ? makeSettledWords({ isSilenced: context.hasEmitted }) : null
  const audio = counted(readAudio(redis, job, itemId, { signal, log }), clock)
  const interims = makeInterimThrottle({ intervalMs: interimIntervalMs, clock, pass: emitInterim })
  try {
    for await (const recognition of recognizer.recognize({ audio: audio.frames, signal, ...wishesOf(job) })) {
      if (recognition.kind === 'interim') interims.offer(recognition.text)
      else {
        interims.close() // none may follow the final
        const { text, logprobs } = recognition
        onTranscribed(clock.now() - audio.endedAtMs(), recordedTraceOf(job))
        const audioMs = Math.round((audio.samples() * 1_000) / heardRateHz)
        const sureness = logprobs === undefined ? {} : { logprobs }
        await context.emit({ kind: 'transcript_final', itemId, text, audioMs, ...sureness })
      }
    }
  } finally {
    interims.close()
  }

  function emitInterim(text: string): void {
    if (settled !== null && !settled.extend(text)) return
    context.emit({ kind: 'transcript_interim', itemId, text }).catch((error: unknown) => {
      log.warn({ ...jobFields(job), itemId, error }, 'An interim transcript was lost')
    })
  }
}

const interimIntervalMs = 100

function wishesOf(job: TranscribeJob): Pick<RecognitionRequest, 'language' | 'prompt' | 'wantsLogprobs'> {
  const { language, prompt, wantsLogprobs } = job
  return {
    ...(language !== undefined && { language }),
    ...(prompt !== undefined && { prompt }),
    ...(wantsLogprobs !== undefined && { wantsLogprobs }),
  }
}
