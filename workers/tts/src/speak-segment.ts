import { type Resamplers, bytesOf, concatSamples, msToSamples } from '@voicebox/audio'
import type { JobContext, SynthesizeJob, WorkerResult } from '@voicebox/streams'
import { type Clock, type Failure, messageFor } from '@voicebox/kernel'
import type { Speakers } from './engines/speakers.ts'

export interface SpeakOptions {
  speakers: Speakers
  resamplers: Resamplers
  clock: Clock
  /** Told how long the first audio of a segment took, in milliseconds. */
  onFirstAudio(ms: number): void
  /** And all of it. */
  onSpoken(ms: number): void
}

/** Speaks one segment as 24 kHz audio and says how long it is. Stops without a word when nobody wants it any more. */
export async function speakSegment(
  { speakers, resamplers, clock, onFirstAudio, onSpoken }: SpeakOptions,
  { responseId, segment, text, voice, speed, language }: SynthesizeJob,
  { signal, emit }: Pick<JobContext, 'signal' | 'emit'>,
): Promise<void> {
  const speaker = speakers.speakerOf(language)
  const resampler = resamplers.open({ fromHz: speaker.sampleRateHz, toHz: outputRateHz })
  let offset = 0
  let unsent = new Int16Array(0)

  /** Emits what makes whole chunks, or everything; answers whether more is wanted. */
  async function emitAudio(samples: Int16Array, { isLast = false } = {}): Promise<boolean> {
    unsent = concatSamples([unsent, samples])
    for (;;) {
      const size = chunkSizes.find(({ until }) => offset < until)?.samples ?? usualChunkSamples
      if (unsent.length === 0 || (unsent.length < size && offset > 0 && !isLast)) return !signal.aborted
      const chunk = unsent.subarray(0, size)
      if (!(await emit({ kind: 'audio_generated', responseId, segment, offset, pcm: bytesOf(chunk) }))) return false
      unsent = unsent.subarray(chunk.length)
      offset += chunk.length
    }
  }

  try {
    const request = { text, voice, speed, signal, ...(language !== undefined && { language }) }
    const startMs = clock.now()
    let hasSpoken = false
    for await (const samples of speaker.synthesize(request)) {
      if (!hasSpoken) onFirstAudio(clock.now() - startMs)
      hasSpoken = true
      if (!(await emitAudio(resampler.process(samples)))) return
    }
    if (signal.aborted) return
    if (hasSpoken && !(await emitAudio(resampler.flush(), { isLast: true }))) return
    onSpoken(clock.now() - startMs)
    await emit({ kind: 'segment_spoken', responseId, segment, samples: offset })
  } finally {
    resampler.close()
  }
}

/** What is said of a segment that could not be spoken. */
export function segmentFailed({ responseId, segment }: SynthesizeJob, failure: Failure): WorkerResult {
  const message = messageFor(failure, 'The segment could not be spoken')
  return { kind: 'segment_failed', responseId, segment, code: failure.code, message }
}

const outputRateHz = 24_000
const usualChunkSamples = msToSamples(200, outputRateHz)
/** Short at first, so that sound is soon on its way; then longer, so that none is late where the engine is not much faster. */
const chunkSizes = [
  { until: 1, samples: msToSamples(60, outputRateHz) },
  { until: msToSamples(100, outputRateHz), samples: msToSamples(100, outputRateHz) },
]
