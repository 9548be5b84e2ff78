/** What the gateway must know of an engine without loading it. */
export interface EngineDescriptor {
  /** `live` engines listen while the user speaks and get their job at speech start; `batch` engines get it at the commit. */
  readonly mode: 'live' | 'batch'
}

export const sttEngines = {
  whisper: { mode: 'batch' },
  pocketsphinx: { mode: 'live' },
  stub: { mode: 'batch' },
} as const satisfies Record<string, EngineDescriptor>
export type SttEngine = keyof typeof sttEngines

export const ttsEngines = ['kokoro', 'piper', 'flite', 'espeak-ng', 'stub'] as const
export type TtsEngine = (typeof ttsEngines)[number]
