import { availableParallelism } from 'node:os'
import type { SpeechRecognizer } from '@voicebox/engines'
import type { Device } from '@voicebox/inference'
import { Failure, systemClock } from '@voicebox/kernel'
import { engineClosed } from '../../engine-closed.ts'
import { collectFrames } from '../../frames.ts'
import { makeBatches } from './batches.ts'
import { cutWindows } from './cut-windows.ts'
import { startInference } from './inference.ts'
import { joinTranscripts } from './join-transcripts.ts'
import type { Transcript, WhisperThreadOptions, WindowWork } from './messages.ts'
import { checkModelFiles } from './model-files.ts'

export interface WhisperOptions extends Omit<WhisperThreadOptions, 'threads'> {
  /** Of the processor, for one inference. Absent: all, but no more than eight. */
  threads?: number
}

export interface WhisperRecognizer extends SpeechRecognizer {
  readonly device: Device
}

/**
 * Recognizes with a Whisper model on a thread of its own, utterances that end at about the same time together. If the
 * thread dies, the calls in flight fail, and the next one starts it again.
 */
export async function openWhisper(options: WhisperOptions): Promise<WhisperRecognizer> {
  checkModelFiles(options)
  const threadOptions = { ...options, threads: options.threads ?? Math.min(availableParallelism(), 8) }
  let inference = await startInference(threadOptions)
  const { device, windowSamples, languages } = inference.model
  const name = 'whisper'
  const closing = new AbortController()
  const batches = makeBatches<WindowWork, Transcript>({
    largest: largestBatch,
    gatherMs: 10,
    mostWaiting: 1024,
    clock: systemClock,
    async run(batch) {
      if (!inference.isAlive) inference = await startInference(threadOptions)
      if (!closing.signal.aborted) return inference.recognize(batch)
      await inference.close() // it was closed before this one was started
    },
  })

  return {
    name,
    device,
    async *recognize({ audio, language, prompt, wantsLogprobs = false, signal }) {
      const hints = { language: languageOf(language, languages), prompt, wantsLogprobs }
      const leaving = new AbortController()
      const ending = AbortSignal.any([signal, closing.signal, leaving.signal])
      try {
        const windows = cutWindows(await collectFrames(audio, ending), windowSamples)
        const works = windows.map((window) => batches.add({ samples: window.slice(), ...hints }, ending))
        const transcripts = await Promise.all(works)
        if (signal.aborted) return
        closing.signal.throwIfAborted()
        const { text, logprobs } = joinTranscripts(transcripts.filter((transcript) => transcript !== undefined))
        yield { kind: 'final', text, ...(wantsLogprobs && { logprobs }) }
      } finally {
        leaving.abort() // when one window has failed, the others are not wanted
      }
    },
    async close() {
      closing.abort(engineClosed(name))
      await inference.close()
    },
  }
}

/** How many utterances one worker hears at a time: a batch, and the next one that gathers meanwhile. */
export const whisperConcurrency = 32
const largestBatch = 16

/** One of the model's languages, or none where the model has no choice. */
function languageOf(asked: string | undefined, languages: readonly string[] | null): string | undefined {
  const language = asked?.toLowerCase().split('-')[0]
  if (language === undefined || (languages ?? ['en']).includes(language)) return language
  const message = `The Whisper model does not know the language "${language}"`
  throw new Failure('engine', 'unsupported_language', message, { retryable: false })
}
