import { bytesOf, concatSamples } from '@voicebox/audio'
import { loadSpeech } from '../../../apps/voicebox/e2e/support/speech.ts'

export const frameMs = 40
const frameSamples = frameMs * 24
/** So that windows of 32 ms and frames begin together each time that a clip begins anew. */
const cycleSamples = 4 * frameSamples

/** What is streamed: the hiss of a quiet room, people who go on talking, or one who asks a question and waits. */
export type ClipName = 'silence' | 'speech' | 'question'

/** A clip as the frames of its `input_audio_buffer.append` events, ready to be sent. */
export type Clip = readonly Buffer[]

const fixture = (name: string): URL => new URL(`../../../fixtures/speech/${name}.wav`, import.meta.url)

export async function loadClips(): Promise<Record<ClipName, Clip>> {
  const load = (name: string): Promise<Int16Array> => loadSpeech(fixture(name).pathname)
  const talk = ['book-a-table-for-four-at-five', 'what-is-the-weather-in-london-now', 'i-need-help-with-my-account']
  const sentences = await Promise.all(talk.map(load))
  return {
    silence: framesOf(hiss(2_000)),
    speech: framesOf(concatSamples(sentences.flatMap((sentence) => [sentence, hiss(200)]))),
    question: framesOf(await load('what-time-is-it')),
  }
}

/** About −60 dB, as a quiet room sounds in a microphone. The same each time. */
function hiss(ms: number): Int16Array {
  let seed = 1
  return Int16Array.from({ length: ms * 24 }, () => {
    seed = (seed * 48_271) % 2_147_483_647
    return Math.round(((seed / 2_147_483_647) * 2 - 1) * 40)
  })
}

function framesOf(samples: Int16Array): Clip {
  const missing = Math.ceil(samples.length / cycleSamples) * cycleSamples - samples.length
  const whole = concatSamples([samples, hiss(missing / 24)])
  return Array.from({ length: whole.length / frameSamples }, (_, at) => {
    const audio = Buffer.from(bytesOf(whole.subarray(at * frameSamples, (at + 1) * frameSamples))).toString('base64')
    return Buffer.from(JSON.stringify({ type: 'input_audio_buffer.append', audio }))
  })
}
