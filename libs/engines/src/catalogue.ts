/** What the gateway must know of an engine without loading it. */
export interface EngineDescriptor {
  /** `live` engines listen while the user speaks and get their job at speech start; `batch` engines get it at the commit. */
  readonly mode: 'live' | 'batch'
  /**
   * What it says of an utterance before its final: `settled` interims are only ever extended, and the final extends them;
   * `revised` ones may be taken back. A session shows its client settled words only.
   */
  readonly interims: 'none' | 'settled' | 'revised'
  /** The one language that it understands; null where it has several. */
  readonly language: 'en' | null
}

export const sttEngines = {
  whisper: { mode: 'batch', interims: 'none', language: null },
  pocketsphinx: { mode: 'live', interims: 'settled', language: 'en' },
  stub: { mode: 'batch', interims: 'none', language: null },
} as const satisfies Record<string, EngineDescriptor>
export type SttEngine = keyof typeof sttEngines

export const ttsEngines = ['kokoro', 'piper', 'flite', 'espeak-ng', 'stub'] as const
export type TtsEngine = (typeof ttsEngines)[number]
