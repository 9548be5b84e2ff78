import { openAiVoices } from '../voices.ts'

/** What the stub says of a text, any part of which can be made by itself. */
export interface Spelling {
  samples: number
  cut(start: number, length: number): Int16Array
}

export interface Spelled {
  text: string
  voice: string
  speed: number
}

export const sampleRateHz = 24_000
export const characterMs = 60

/**
 * Says a text letter by letter: for each character a tone whose pitch tells it, with that of the voice below. What was said
 * can be read from the audio, so that a test sees each piece that is missing, said twice or out of place.
 */
export function spell({ text, voice, speed }: Spelled): Spelling {
  const samples = Math.round((text.length * characterMs * sampleRateHz) / 1000 / speed)
  const hz = voiceHz(voice)
  const startOf = (character: number): number => Math.ceil((character * samples) / text.length)
  return {
    samples,
    cut: (start, length) =>
      Int16Array.from({ length }, (_, i) => {
        const character = Math.floor(((start + i) * text.length) / samples)
        const at = start + i - startOf(character)
        return tone(hz, at) + tone(pitchOf(text.charCodeAt(character)), at)
      }),
  }
}

/** The pitch below, which tells the voice; names that are none of OpenAI's share one. */
function voiceHz(voice: string): number {
  return 440 + 40 * (openAiVoices.findIndex((name) => name === voice) + 1)
}

/** Of its own for each character of ASCII; others share them. */
function pitchOf(code: number): number {
  return 1_000 + 30 * (code % 128)
}

function tone(hz: number, at: number): number {
  return wave[(hz * at) % sampleRateHz] ?? 0
}

const amplitude = 4_000
/** One period of a hertz. */
const wave = Int16Array.from(
  { length: sampleRateHz },
  (_, at) => amplitude * Math.sin((2 * Math.PI * at) / sampleRateHz),
)
