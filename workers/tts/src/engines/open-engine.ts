import type { Settings } from '@voicebox/config'
import type { SpeechSynthesizer, TtsEngine } from '@voicebox/engines'
import { openEspeak } from './espeak-ng/espeak-ng.ts'
import { openFlite } from './flite/flite.ts'
import { openKokoro } from './kokoro/kokoro.ts'
import { openPiper } from './piper/piper.ts'
import { openStub } from './stub/stub.ts'

export const engineSettings = ['modelsDir', 'kokoroModel', 'kokoroDtype', 'piperVoice', 'device', 'stub'] as const

export type EngineSettings = Pick<Settings, (typeof engineSettings)[number]>

/** What engines need to know of the machine. */
export interface Machine {
  /** As in `PATH`. */
  searchPath: string
  /** Where short-lived files go; in memory is best. */
  tempDir: string
  cores: number
}

export interface OpenedEngine {
  synthesizer: SpeechSynthesizer
  /** The one language that it speaks, ISO-639-1; absent: many. */
  language?: string
}

export async function openEngine(engine: TtsEngine, config: EngineSettings, machine: Machine): Promise<OpenedEngine> {
  const { searchPath, tempDir, cores } = machine
  switch (engine) {
    case 'kokoro':
      return { synthesizer: await openKokoro({ ...config, threads: cores }), language: 'en' }
    case 'piper':
      return openPiper({ ...config, searchPath, maxProcesses: cores, threads: cores })
    case 'flite':
      return { synthesizer: await openFlite({ searchPath, tempDir, maxProcesses: cores }), language: 'en' }
    case 'espeak-ng':
      return { synthesizer: await openEspeak({ searchPath, maxProcesses: 2 * cores }) }
    case 'stub':
      return { synthesizer: openStub(config.stub ?? { ttsFirstByteMs: 0, ttsRealtimeFactor: 0 }) }
  }
}
