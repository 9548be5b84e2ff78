import { heardRateHz, msToSamples, samplesToMs } from '@voicebox/audio'
import type { RecognitionRequest } from '@voicebox/engines'
import { type JobContext, type TranscribeJob, type WorkerResult, readAudio } from '@voicebox/streams'
import { counted, firstSamples } from './frames.ts'
import type { TranscribeParts } from './transcribe.ts'

/** A job that asks for the words so far of an utterance that may still go on. */
export type PeekJob = TranscribeJob & { peekMs: number }

export function isPeek(job: TranscribeJob): job is PeekJob {
  return job.peekMs !== undefined
}

/** Recognizes the beginning of an utterance, as soon as so much of it is there. Says nothing but `transcript_peeked`. */
export async function peek(
  { redis, recognizer, clock, log }: Pick<TranscribeParts, 'redis' | 'recognizer' | 'clock' | 'log'>,
  job: PeekJob,
  { signal, emit }: JobContext,
): Promise<void> {
  const { itemId, language, prompt } = job
  const hints: Pick<RecognitionRequest, 'language' | 'prompt'> = {
    ...(language !== undefined && { language }),
    ...(prompt !== undefined && { prompt }),
  }
  const utterance = readAudio(redis, job, itemId, { signal, log })
  const audio = counted(firstSamples(utterance, msToSamples(job.peekMs, heardRateHz)), clock)
  for await (const recognition of recognizer.recognize({ audio: audio.frames, signal, ...hints })) {
    if (recognition.kind === 'interim') continue
    const audioMs = Math.floor(samplesToMs(audio.samples(), heardRateHz))
    await emit({ kind: 'transcript_peeked', itemId, text: recognition.text, audioMs })
  }
}

/** The result of a peek that failed: no words are known, and the utterance is none the worse for it. */
export function peekedNothing({ itemId, peekMs }: PeekJob): WorkerResult {
  return { kind: 'transcript_peeked', itemId, text: '', audioMs: peekMs }
}
