import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Settings } from '@voicebox/config'
import { Failure } from '@voicebox/kernel'

export interface WhisperModelPlace {
  modelsDir: string
  /** The model's folder below `modelsDir`. */
  model: string
  dtype: Settings['whisperDtype']
}

/** The files of the model that are not there, relative to its folder; none if it is complete. */
export function missingModelFiles({ modelsDir, model, dtype }: WhisperModelPlace): string[] {
  return modelFiles(dtype).filter((file) => !existsSync(join(modelsDir, model, file)))
}

/** Throws a `Failure` that names what is missing, and where it should be. */
export function checkModelFiles(place: WhisperModelPlace): void {
  const missing = missingModelFiles(place)
  if (missing.length === 0) return
  const folder = join(place.modelsDir, place.model)
  const message = `The Whisper model in ${folder} lacks ${missing.join(', ')}. Put an ONNX export of the model there.`
  throw new Failure('engine', 'model_missing', message, { retryable: false })
}

function modelFiles(dtype: Settings['whisperDtype']): string[] {
  const suffix = suffixes[dtype]
  return [
    'config.json',
    'generation_config.json',
    'preprocessor_config.json',
    'tokenizer.json',
    'tokenizer_config.json',
    `onnx/encoder_model${suffix}.onnx`,
    `onnx/decoder_model_merged${suffix}.onnx`,
  ]
}

const suffixes = { fp32: '', fp16: '_fp16', q8: '_quantized', q4: '_q4' } as const
