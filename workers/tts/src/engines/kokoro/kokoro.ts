import type { Settings } from '@voicebox/config'
import type { SpeechSynthesizer } from '@voicebox/engines'
import { Failure } from '@voicebox/kernel'
import { splitIntoPieces } from '../../text/pieces.ts'
import { makeSynthesizer } from '../make-synthesizer.ts'
import { openInference } from '../onnx/inference.ts'
import { type KokoroSettings, kokoroFolder, missingKokoroFiles } from './kokoro-files.ts'

export interface KokoroOptions extends KokoroSettings {
  device: Settings['device']
  /** Processor cores that an inference uses. */
  threads: number
}

export interface KokoroThreadOptions {
  folder: string
  dtype: Settings['kokoroDtype']
  device: Settings['device']
  threads: number
}

export interface KokoroRequest {
  text: string
  voice: string
  speed: number
}

/** Speaks English with Kokoro, from model files in a local folder. */
export async function openKokoro(options: KokoroOptions): Promise<SpeechSynthesizer> {
  const missing = await missingKokoroFiles(options)
  if (missing.length > 0) {
    const message = `The Kokoro model is incomplete; these files are missing: ${missing.join(', ')}`
    throw new Failure('engine', 'model_missing', message, { retryable: false })
  }
  const thread: KokoroThreadOptions = {
    folder: kokoroFolder(options),
    dtype: options.kokoroDtype,
    device: options.device,
    threads: options.threads,
  }
  const inference = await openInference<KokoroRequest>(new URL('./kokoro-thread.ts', import.meta.url), thread)
  return makeSynthesizer({
    name: 'kokoro',
    sampleRateHz: 24_000,
    async *speak({ text, voice, speed, signal }) {
      for (const piece of splitIntoPieces(text)) yield await inference.infer({ text: piece, voice, speed }, signal)
    },
    close: () => inference.close(),
  })
}
