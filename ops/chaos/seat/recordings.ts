import { readFile } from 'node:fs/promises'
import { concatSamples, makeResamplers, readWav } from '@voicebox/audio'

/** Speech at 24 kHz, from its first sound to its last. */
export type Recordings = ReadonlyMap<string, Int16Array>

export async function loadRecordings(names: readonly string[]): Promise<Recordings> {
  const resamplers = await makeResamplers()
  try {
    const entries = names.map(async (name) => {
      const file = await readFile(new URL(`../../../fixtures/speech/${name}.wav`, import.meta.url))
      const { sampleRateHz, samples } = readWav(file)
      const resampler = resamplers.open({ fromHz: sampleRateHz, toHz: 24_000 })
      const whole = concatSamples([resampler.process(samples), resampler.flush()])
      resampler.close()
      return [name, trimmed(whole)] as const
    })
    return new Map(await Promise.all(entries))
  } finally {
    resamplers.close()
  }
}

function trimmed(samples: Int16Array): Int16Array {
  const isLoud = (sample: number): boolean => Math.abs(sample) > 500
  return samples.slice(samples.findIndex(isLoud), samples.findLastIndex(isLoud) + 1)
}
