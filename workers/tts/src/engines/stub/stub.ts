import type { StubSettings } from '@voicebox/config'
import type { SpeechSynthesizer } from '@voicebox/engines'
import { sleep } from '@voicebox/kernel'
import { makeSynthesizer } from '../make-synthesizer.ts'
import { openAiVoices } from '../voices.ts'

export type StubTiming = Pick<StubSettings, 'ttsFirstByteMs' | 'ttsRealtimeFactor'>

/** An engine for benchmarks and clients' tests: a sine of 60 ms a character, whose pitch tells the voice. */
export function openStub({ ttsFirstByteMs, ttsRealtimeFactor }: StubTiming): SpeechSynthesizer {
  return makeSynthesizer({
    name: 'stub',
    sampleRateHz,
    async *speak({ text, voice, speed, signal }) {
      const total = Math.round((text.length * characterMs * sampleRateHz) / 1000 / speed)
      const hz = 440 + 40 * (openAiVoices.findIndex((name) => name === voice) + 1)
      await wait(ttsFirstByteMs, signal)
      for (let start = 0; start < total; start += chunkSamples) {
        const samples = sine(start, Math.min(chunkSamples, total - start), hz)
        await wait((samples.length * 1000 * ttsRealtimeFactor) / sampleRateHz, signal)
        if (signal.aborted) return
        yield samples
      }
    },
    close: () => Promise.resolve(),
  })
}

const sampleRateHz = 24_000
const characterMs = 60
const chunkSamples = 2_400
const amplitude = 8_000

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await sleep(ms, signal)
}

function sine(start: number, length: number, hz: number): Int16Array {
  const step = (2 * Math.PI * hz) / sampleRateHz
  return Int16Array.from({ length }, (_, i) => amplitude * Math.sin((start + i) * step))
}
