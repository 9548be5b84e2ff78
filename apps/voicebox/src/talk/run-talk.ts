import { writeFileSync } from 'node:fs'
import { concatSamples, writeWav } from '@voicebox/audio'
import { Failure } from '@voicebox/kernel'
import type { Talk } from './arguments.ts'
import { connect } from './connect.ts'
import { type Answer, converse } from './converse.ts'
import { readSpeech, wireRateHz } from './speech.ts'
import { waterfallText } from './waterfall-text.ts'

/** Speaks a WAV to a voicebox, prints the conversation and saves the answer. Throws a `Failure` unless an answer with audio came. */
export async function runTalk(talk: Talk, write: (text: string) => void, signal: AbortSignal): Promise<void> {
  const speech = await readSpeech(talk.input)
  const client = await connect(talk, signal)
  try {
    const { wantsWaterfall } = talk
    const answer = await converse(client, speech, { write, signal, wantsWaterfall })
    if (answer.chunks.length === 0) throw new Failure('engine', 'no_audio', 'The answer came without audio.')
    const samples = concatSamples(answer.chunks)
    const seconds = (samples.length / wireRateHz).toFixed(1)
    write(`First audio ${Math.round(answer.firstAudioMs)} ms after the end of speech; ${seconds} s of answer.\n`)
    if (wantsWaterfall) write(`\n${waterfallOf(answer)}\n`)
    if (talk.output !== undefined) {
      save(talk.output, writeWav({ sampleRateHz: wireRateHz, samples }))
      write(`Saved to ${talk.output}\n`)
    }
  } finally {
    client.close()
  }
}

function waterfallOf({ waterfall }: Answer): string {
  const text = waterfall === undefined ? null : waterfallText(waterfall)
  return text ?? 'The server does not say where the time went.'
}

function save(path: string, bytes: Uint8Array): void {
  try {
    writeFileSync(path, bytes)
  } catch (error) {
    throw new Failure('client', 'cannot_save', `Cannot write ${path}: ${(error as Error).message}`, { cause: error })
  }
}
