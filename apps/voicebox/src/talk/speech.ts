import { readFileSync } from 'node:fs'
import { makeResamplers, readWav } from '@voicebox/audio'
import { Failure } from '@voicebox/kernel'

/** What the Realtime API hears: mono, signed 16 bit, at this rate. */
export const wireRateHz = 24_000

/** Reads a WAV of any rate as speech for the wire. */
export async function readSpeech(path: string): Promise<Int16Array> {
  const { sampleRateHz, samples } = readWav(readBytes(path))
  const resamplers = await makeResamplers({ maxInstances: 1 })
  const resampler = resamplers.open({ fromHz: sampleRateHz, toHz: wireRateHz })
  const speech = Int16Array.from([...resampler.process(samples), ...resampler.flush()])
  resampler.close()
  resamplers.close()
  if (lastLoudSample(speech) < 0) throw new Failure('client', 'silent_wav', `${path} is silent.`)
  return speech
}

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new Failure('client', 'invalid_wav', `Cannot read ${path}: ${(error as Error).message}`, { cause: error })
  }
}

const silenceBelow = 328 // 1 % of full scale

/** Index of the last sample that can be heard; -1: none. */
export function lastLoudSample(samples: Int16Array): number {
  return samples.findLastIndex((sample) => Math.abs(sample) >= silenceBelow)
}
