import { readFile } from 'node:fs/promises'
import { bytesOf, concatSamples, makeResamplers, readWav } from '@voicebox/audio'
import fc from 'fast-check'
import type { Talker } from './talker.ts'

const rateHz = 24_000
const names = ['what-time-is-it', 'what-is-the-weather-in-london-now', 'i-need-help-with-my-order'] as const

/** A turn that is spoken, and ended by the silence after it. */
export interface SpokenTurn {
  name: (typeof names)[number]
  /** Silence before it. */
  leadMs: number
}

export const spokenTurns = fc.record({
  turns: fc.array(fc.record({ name: fc.constantFrom(...names), leadMs: fc.nat(1_500) }), {
    minLength: 1,
    maxLength: 3,
  }),
  frameSamples: fc.constantFrom(240, 480, 960, 2_400),
})

export interface Recordings {
  /** Lets a client say all this by voice activity and wait for each answer. */
  say(talker: Talker, spoken: { turns: readonly SpokenTurn[]; frameSamples: number }): Promise<void>
}

/** Loads the recordings of people who speak. */
export async function loadRecordings(): Promise<Recordings> {
  const resamplers = await makeResamplers()
  const loaded = await Promise.all(
    names.map(async (name) => {
      const file = new URL(`../../../../fixtures/speech/${name}.wav`, import.meta.url)
      const { sampleRateHz, samples } = readWav(await readFile(file))
      return [name, resamplers.open({ fromHz: sampleRateHz, toHz: rateHz }).process(samples)] as const
    }),
  )
  const recordings = new Map(loaded)
  return {
    async say(talker, { turns, frameSamples }) {
      const turn_detection = { type: 'server_vad', silence_duration_ms: 300, prefix_padding_ms: 200 }
      const input = { turn_detection, transcription: { model: 'whisper-1' } }
      talker.send({ type: 'session.update', session: { type: 'realtime', audio: { input } } })
      for (const [index, { name, leadMs }] of turns.entries()) {
        const samples = concatSamples([silence(leadMs), recordings.get(name) ?? silence(0), silence(1_200)])
        for (let at = 0; at < samples.length; at += frameSamples) {
          const frame = new Int16Array(frameSamples) // the last is filled up
          frame.set(samples.subarray(at, at + frameSamples))
          const audio = Buffer.from(bytesOf(frame)).toString('base64')
          talker.send({ type: 'input_audio_buffer.append', audio })
          if ((at / frameSamples) % 7 === 0) await new Promise(setImmediate)
        }
        await talker.nth('conversation.item.input_audio_transcription.completed', index + 1)
        await talker.nth('response.done', index + 1)
      }
    },
  }
}

function silence(ms: number): Int16Array {
  return new Int16Array((ms * rateHz) / 1_000)
}
