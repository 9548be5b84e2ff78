import { join } from 'node:path'
import type { Settings } from '@voicebox/config'
import type { SttEngine } from '@voicebox/engines'
import { missingModelFiles } from './engines/whisper/model-files.ts'

export interface ChosenSttEngine {
  name: SttEngine
  /** One sentence, for people. */
  why: string
}

export type SttSettings = Pick<Settings, 'sttEngine' | 'modelsDir' | 'whisperModel' | 'whisperDtype'>

/** Chooses the engine of the settings, else Whisper if its model is there, else pocketsphinx. Loads no engine. */
export function chooseSttEngine({ sttEngine, modelsDir, whisperModel, whisperDtype }: SttSettings): ChosenSttEngine {
  if (sttEngine !== undefined) return { name: sttEngine, why: `VOICEBOX_STT_ENGINE names ${sttEngine}.` }
  const folder = join(modelsDir, whisperModel)
  const missing = missingModelFiles({ modelsDir, model: whisperModel, dtype: whisperDtype })
  if (missing.length === 0) return { name: 'whisper', why: `Its model is in ${folder}.` }
  return { name: 'pocketsphinx', why: `There is no complete Whisper model in ${folder}.` }
}
