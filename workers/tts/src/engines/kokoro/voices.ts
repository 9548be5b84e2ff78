import type { VoiceTable } from '../voices.ts'

export const kokoroDefaultVoice = 'af_heart'

export const kokoroOpenAiVoices = {
  alloy: 'af_alloy',
  ash: 'am_michael',
  ballad: 'bm_fable',
  coral: 'af_bella',
  echo: 'am_echo',
  sage: 'af_sarah',
  shimmer: 'af_nova',
  verse: 'am_fenrir',
  marin: 'af_heart',
  cedar: 'bm_george',
} as const satisfies VoiceTable<string>
