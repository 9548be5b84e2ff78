import type { LlmProvider } from '@voicebox/config'

/** What the recognizer hears in every recording. */
export const spokenWords = 'what time is it'

/** How much silence ends a turn. */
export const silenceMs = 500

/** What the model says to that. */
export const spokenReply = 'It is just past noon by the harbour clock. The ferry leaves in a quarter of an hour.'

/** How a client asks for words that it can tell from all others. */
export function toSay(words: string): string {
  return `Say: ${words}`
}

export function toLookUp(city: string): string {
  return `Look up ${city}`
}

export const lookUpTool = {
  type: 'function' as const,
  name: 'look_up',
  description: 'Looks up the weather in a city.',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}

export function lookUpArguments(city: string): string {
  return JSON.stringify({ city })
}

/** What the model says of the tool's output. */
export function reportOf(output: string): string {
  return `They tell me that it is ${output} over there.`
}

/** A model that says what it is asked to, at the pace of a quick one. */
export const model: Extract<LlmProvider, { type: 'scripted' }> = {
  type: 'scripted',
  name: 'scripted',
  rules: [
    { when: `^${toSay('(.*)')}$`, in: 'question', reply: '$1' },
    { when: `^${toLookUp('(\\w+)')}$`, in: 'question', calls: [{ name: 'look_up', arguments: lookUpArguments('$1') }] },
    { when: '^(.*)$', in: 'tool_result', reply: reportOf('$1') },
    { when: spokenWords, in: 'question', reply: spokenReply },
  ],
  otherwise: 'What was that?',
  firstTokenMs: 80,
  tokensPerSecond: 25,
}
