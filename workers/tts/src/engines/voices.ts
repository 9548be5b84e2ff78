/** OpenAI's voice names, each with the voice of an engine that stands for it. */
export type VoiceTable<V> = Readonly<Record<OpenAiVoice, V>>

export type OpenAiVoice = (typeof openAiVoices)[number]

export const openAiVoices = [
  'alloy',
  'ash',
  'ballad',
  'coral',
  'echo',
  'sage',
  'shimmer',
  'verse',
  'marin',
  'cedar',
] as const

/** What stands for an OpenAI voice; undefined for any other name. */
export function voiceFor<V>(table: VoiceTable<V>, name: string): V | undefined {
  return Object.hasOwn(table, name) ? table[name as OpenAiVoice] : undefined
}
