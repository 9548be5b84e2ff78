import { type Settings, settings } from '@voicebox/config'
import type { SpeechRecognizer, SttEngine } from '@voicebox/engines'
import { assertNever } from '@voicebox/kernel'
import { openPocketsphinx, pocketsphinxConcurrency } from './engines/pocketsphinx/pocketsphinx.ts'
import { makeStub } from './engines/stub/stub.ts'
import { openWhisper, whisperConcurrency } from './engines/whisper/whisper.ts'

export interface OpenedEngine {
  recognizer: SpeechRecognizer
  /** Jobs that suit it at a time. */
  concurrency: number
  /** What it is, in a few words for people. */
  about: string
}

export const engineSettings = [
  'modelsDir',
  'whisperModel',
  'whisperDtype',
  'device',
  'stub',
  'workerConcurrency',
] as const

export type EngineSettings = Pick<Settings, (typeof engineSettings)[number]>

/** Opens the engine; throws a `Failure` that says what is missing. `path` is where its program is looked for. */
export async function openEngine(
  name: SttEngine,
  { modelsDir, whisperModel: model, whisperDtype: dtype, device, stub, workerConcurrency }: EngineSettings,
  path: string | undefined,
): Promise<OpenedEngine> {
  switch (name) {
    case 'whisper': {
      const recognizer = await openWhisper({ modelsDir, model, dtype, device })
      const { name: place, why } = recognizer.device
      const about = `whisper (${model}, ${dtype}, on ${place}${why === undefined ? '' : `: ${why}`})`
      return { recognizer, concurrency: workerConcurrency ?? whisperConcurrency, about }
    }
    case 'pocketsphinx': {
      const concurrency = workerConcurrency ?? pocketsphinxConcurrency()
      const env = { PATH: path } // of the worker's environment it needs no more, and secrets are in it
      const recognizer = await openPocketsphinx({ env, maxProcesses: concurrency })
      return { recognizer, concurrency, about: 'pocketsphinx (English only)' }
    }
    case 'stub': {
      const recognizer = makeStub(stub ?? settings.stub.schema.unwrap().parse('{}'))
      return { recognizer, concurrency: workerConcurrency ?? 256, about: 'stub' }
    }
    default:
      return assertNever(name)
  }
}
