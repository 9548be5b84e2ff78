import type { SpeechSynthesizer, TtsEngine } from '@voicebox/engines'
import { type Closable, openScope } from '@voicebox/kernel'
import { openEspeak } from './espeak-ng/espeak-ng.ts'
import { type EngineSettings, type Machine, openEngine } from './open-engine.ts'
import { findProgram } from './program/find-program.ts'

/** The synthesizers of one worker: its engine, and espeak-ng for the languages that the engine does not speak. */
export interface Speakers extends Closable {
  /** Who speaks a language; the engine itself where none is named, or nobody else is there. */
  speakerOf(language: string | undefined): SpeechSynthesizer
  close(): Promise<void>
}

export async function openSpeakers(engine: TtsEngine, config: EngineSettings, machine: Machine): Promise<Speakers> {
  const scope = openScope()
  const { synthesizer, language: own } = await openEngine(engine, config, machine)
  scope.use(synthesizer)
  try {
    const needsOther = own !== undefined && (await findProgram('espeak-ng', machine.searchPath)) !== undefined
    const { searchPath, cores } = machine
    const other = needsOther ? scope.use(await openEspeak({ searchPath, maxProcesses: 2 * cores })) : synthesizer
    return {
      speakerOf: (language) => (language === undefined || own === undefined || language === own ? synthesizer : other),
      close: () => scope.close(),
    }
  } catch (error) {
    await scope.close()
    throw error
  }
}
