import type { Settings } from '@voicebox/config'
import type { TtsEngine } from '@voicebox/engines'
import { Failure } from '@voicebox/kernel'
import { missingKokoroFiles } from './engines/kokoro/kokoro-files.ts'
import { missingPiperFiles } from './engines/piper/piper-files.ts'
import { findProgram } from './engines/program/find-program.ts'

export interface ChosenTtsEngine {
  engine: TtsEngine
  /** One sentence for people. */
  why: string
}

type ChoiceSettings = Pick<Settings, 'ttsEngine' | 'modelsDir' | 'kokoroModel' | 'kokoroDtype' | 'piperVoice'>

/**
 * Answers which engine this machine would speak with: the configured one, else the best that is there. `searchPath` is
 * where programs are looked for, as in `PATH`. Loads no engine. Throws a `Failure` if there is none.
 */
export async function chooseTtsEngine(config: ChoiceSettings, searchPath: string): Promise<ChosenTtsEngine> {
  if (config.ttsEngine !== undefined) return { engine: config.ttsEngine, why: 'VOICEBOX_TTS_ENGINE names it.' }
  const hasEspeak = (await findProgram('espeak-ng', searchPath)) !== undefined
  if ((await missingKokoroFiles(config)).length === 0)
    return { engine: 'kokoro', why: 'Its model is in the models folder.' }
  if (hasEspeak && (await missingPiperFiles(config)).length === 0)
    return { engine: 'piper', why: 'Its voice is in the models folder.' }
  if ((await findProgram('flite', searchPath)) !== undefined)
    return { engine: 'flite', why: 'No speech model is in the models folder, and the program flite is installed.' }
  if (hasEspeak)
    return {
      engine: 'espeak-ng',
      why: 'Neither a speech model nor flite is there, and the program espeak-ng is installed.',
    }
  const message = 'No speech engine is there; on Debian and Ubuntu: apt-get install flite espeak-ng'
  throw new Failure('engine', 'program_missing', message, { retryable: false })
}
