import type { Settings } from '@voicebox/config'
import type { SpeechSynthesizer } from '@voicebox/engines'
import { Failure } from '@voicebox/kernel'
import { splitIntoPieces } from '../../text/pieces.ts'
import { makeSynthesizer } from '../make-synthesizer.ts'
import { openInference } from '../onnx/inference.ts'
import { requireProgram } from '../program/find-program.ts'
import { makePrograms } from '../program/programs.ts'
import { openAiVoices } from '../voices.ts'
import { phonemeIds } from './phoneme-ids.ts'
import { phonemesOf } from './phonemes.ts'
import { type PiperConfig, type PiperSettings, missingPiperFiles, piperFiles, readPiperConfig } from './piper-files.ts'

export interface PiperOptions extends PiperSettings {
  searchPath: string
  maxProcesses: number
  device: Settings['device']
  /** Processor cores that an inference uses. */
  threads: number
}

export interface PiperThreadOptions {
  modelFile: string
  device: Settings['device']
  threads: number
}

export interface PiperRequest {
  ids: number[]
  /** Noise, length, and noise of the lengths. */
  scales: [number, number, number]
  speaker: number
}

export interface PiperVoice {
  synthesizer: SpeechSynthesizer
  /** What it speaks, ISO-639-1. */
  language: string
}

/** Speaks with a Piper voice from local files; its phonemes come from the Debian program `espeak-ng`. */
export async function openPiper(options: PiperOptions): Promise<PiperVoice> {
  const missing = await missingPiperFiles(options)
  if (missing.length > 0) {
    const message = `The Piper voice is incomplete; these files are missing: ${missing.join(', ')}`
    throw new Failure('engine', 'model_missing', message, { retryable: false })
  }
  const files = piperFiles(options)
  const config = await readPiperConfig(files.config)
  const espeak = makePrograms(await requireProgram('espeak-ng', options.searchPath), options.maxProcesses)
  const thread: PiperThreadOptions = { modelFile: files.model, device: options.device, threads: options.threads }
  const inference = await openInference<PiperRequest>(new URL('./piper-thread.ts', import.meta.url), thread)
  const { noise_scale: noise, length_scale: length, noise_w: lengthNoise } = config.inference
  const { voice: espeakVoice } = config.espeak
  const synthesizer = makeSynthesizer({
    name: 'piper',
    sampleRateHz: config.audio.sample_rate,
    async *speak({ text, voice, speed, signal }) {
      const speaker = speakerFor(config, voice)
      for (const piece of splitIntoPieces(text)) {
        const isText = config.phoneme_type === 'text'
        const phonemes = isText
          ? piece.normalize('NFD')
          : await phonemesOf(piece, { espeak, voice: espeakVoice, signal })
        if (phonemes === '') continue
        const ids = phonemeIds(phonemes, config.phoneme_id_map)
        yield await inference.infer({ ids, scales: [noise, length / speed, lengthNoise], speaker }, signal)
      }
    },
    async close() {
      await inference.close()
      await espeak.close()
    },
  })
  return { synthesizer, language: espeakVoice === 'cmn' ? 'zh' : espeakVoice.slice(0, 2) }
}

/** A speaker by its name in the voice; OpenAI's names are spread over the speakers that there are. */
function speakerFor({ num_speakers: speakers, speaker_id_map: own }: PiperConfig, voice: string): number {
  if (Object.hasOwn(own, voice)) return own[voice] ?? 0
  return (
    Math.max(
      0,
      openAiVoices.findIndex((name) => name === voice),
    ) % speakers
  )
}
