import type { Settings } from '@voicebox/config'
import type { SttEngine, TtsEngine } from '@voicebox/engines'
import { chooseSttEngine } from '@voicebox/stt-worker/choose'
import { chooseTtsEngine } from '@voicebox/tts-worker/choose'

export interface ChosenEngines {
  stt: Chosen<SttEngine>
  tts: Chosen<TtsEngine>
}

interface Chosen<E> {
  engine: E
  /** One sentence, for people. */
  why: string
}

/** Chooses the engines as the workers would, once for all: the gateway and every worker then agree. */
export async function chooseEngines(config: Settings, searchPath: string): Promise<ChosenEngines> {
  const { name, why } = chooseSttEngine(config)
  return { stt: { engine: name, why }, tts: await chooseTtsEngine(config, searchPath) }
}
