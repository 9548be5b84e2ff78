import { bytesOf } from '@voicebox/audio'
import { characterMs, sampleRateHz, spell } from '../../../workers/tts/src/engines/stub/spelling.ts'

/** What was said, as far as whole characters go. */
export interface Heard {
  text: string
  /** Where the audio is nothing that the stub says, in samples; null: nowhere. */
  strangeAt: number | null
}

const characterSamples = (characterMs * sampleRateHz) / 1000

/** Reads from the audio of the stub what it says in a voice. A character of which only the beginning is there does not count. */
export type ReadSpelling = (samples: Int16Array, voice: string) => Heard

export function makeSpellingReader(): ReadSpelling {
  const alphabets = new Map<string, Map<string, string>>()
  return (samples, voice) => {
    const alphabet = alphabets.get(voice) ?? alphabetOf(voice)
    alphabets.set(voice, alphabet)
    let text = ''
    for (let at = 0; at < samples.length; at += characterSamples) {
      const sound = keyOf(samples.subarray(at, at + characterSamples))
      const character = alphabet.get(sound)
      if (character !== undefined) text += character
      else return { text, strangeAt: isBeginning(sound, alphabet) ? null : at }
    }
    return { text, strangeAt: null }
  }
}

/** What the characters of ASCII that can be seen sound like. */
function alphabetOf(voice: string): Map<string, string> {
  const characters = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at))
  return new Map(characters.map((text) => [keyOf(spell({ text, voice, speed: 1 }).cut(0, characterSamples)), text]))
}

function isBeginning(sound: string, alphabet: Map<string, string>): boolean {
  return sound.length < 2 * characterSamples && [...alphabet.keys()].some((whole) => whole.startsWith(sound))
}

function keyOf(samples: Int16Array): string {
  return Buffer.from(bytesOf(samples)).toString('latin1')
}
