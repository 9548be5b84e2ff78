import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { concatSamples } from '../pcm16.ts'
import { makeResamplers } from '../resampler.ts'
import { readWav } from '../wav.ts'
import { mix, rmsOf, whiteNoise } from './signals.ts'

/** Real speech for tests, at 16 kHz, from the programs that speak here and from recordings. */

export async function flite(voice: string, text: string): Promise<Int16Array> {
  const folder = mkdtempSync(join(tmpdir(), 'voicebox-speech-'))
  const file = join(folder, 'speech.wav')
  try {
    execFileSync('flite', ['-voice', voice, '-t', text, '-o', file]) // it cannot write into a pipe
    return await at16kHz(readFileSync(file))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export async function espeak(text: string): Promise<Int16Array> {
  return at16kHz(execFileSync('espeak-ng', ['--stdout', '--', text]))
}

export async function recording(name: string): Promise<Int16Array> {
  return at16kHz(readFileSync(new URL(`../../../../fixtures/speech/${name}.wav`, import.meta.url)))
}

async function at16kHz(wav: Uint8Array): Promise<Int16Array> {
  const { sampleRateHz, samples } = readWav(wav)
  return resampled(samples, sampleRateHz, 16_000)
}

export async function resampled(samples: Int16Array, fromHz: number, toHz: number): Promise<Int16Array> {
  const resamplers = await makeResamplers()
  const resampler = resamplers.open({ fromHz, toHz })
  const output = resampler.process(samples).slice()
  resampler.close()
  return output
}

/** Speech after 1.5 s of silence and before 2 s of it, in white noise of 20 dB less, with where it truly begins and ends. */
export function inNoise(speech: Int16Array): { samples: Int16Array; startSample: number; endSample: number } {
  const leadSamples = 24_000
  const level = rmsOf(speech)
  const loud = [...speech.keys()].filter((i) => Math.abs(speech[i] ?? 0) > level / 5)
  const padded = concatSamples([new Int16Array(leadSamples), speech, new Int16Array(32_000)])
  return {
    samples: mix(padded, whiteNoise(padded.length, level / 10)),
    startSample: leadSamples + (loud[0] ?? 0),
    endSample: leadSamples + (loud.at(-1) ?? 0),
  }
}
