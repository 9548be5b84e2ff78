import { type Failure, messageFor } from '@voicebox/kernel'
import type { JobContext, Repeatable, TranscribeJob, WorkerResult } from '@voicebox/streams'
import { isPeek, peek, peekedNothing } from './peek.ts'
import { type TranscribeParts, transcribe } from './transcribe.ts'

/** Transcribes an utterance, or only looks what its words are so far. */
export function doJob(parts: TranscribeParts, job: TranscribeJob, context: JobContext): Promise<void> {
  return isPeek(job) ? peek(parts, job, context) : transcribe(parts, job, context)
}

/** A broken engine may be asked again, here or elsewhere; words so far would come too late. */
export function repeatable(job: TranscribeJob): Repeatable {
  return isPeek(job) ? 'never' : 'always'
}

/** The last result of a job that failed. */
export function jobFailed(job: TranscribeJob, failure: Failure): WorkerResult {
  if (isPeek(job)) return peekedNothing(job)
  const message = messageFor(failure, 'The utterance could not be transcribed')
  return { kind: 'transcript_failed', itemId: job.itemId, code: failure.code, message }
}
