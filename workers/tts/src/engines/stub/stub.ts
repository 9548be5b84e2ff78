import type { StubSettings } from '@voicebox/config'
import type { SpeechSynthesizer } from '@voicebox/engines'
import { sleep } from '@voicebox/kernel'
import { makeSynthesizer } from '../make-synthesizer.ts'
import { sampleRateHz, spell } from './spelling.ts'

export type StubTiming = Pick<StubSettings, 'ttsFirstByteMs' | 'ttsRealtimeFactor'>

/** An engine for benchmarks and clients' tests: it spells, 60 ms a character. The pitch below tells the voice. */
export function openStub({ ttsFirstByteMs, ttsRealtimeFactor }: StubTiming): SpeechSynthesizer {
  return makeSynthesizer({
    name: 'stub',
    sampleRateHz,
    async *speak({ text, voice, speed, signal }) {
      const spelling = spell({ text, voice, speed })
      await wait(ttsFirstByteMs, signal)
      for (let start = 0; start < spelling.samples; start += chunkSamples) {
        const samples = spelling.cut(start, Math.min(chunkSamples, spelling.samples - start))
        await wait((samples.length * 1000 * ttsRealtimeFactor) / sampleRateHz, signal)
        if (signal.aborted) return
        yield samples
      }
    },
    close: () => Promise.resolve(),
  })
}

const chunkSamples = 2_400

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await sleep(ms, signal)
}
