import { Failure } from '@voicebox/kernel'
import type { SpeechSynthesizer, SynthesisRequest } from '../speech-synthesizer.ts'

/** A synthesizer without an engine, which keeps what it was asked. */
export interface FakeSynthesizer extends SpeechSynthesizer {
  readonly requests: readonly SynthesisRequest[]
  isClosed(): boolean
}

/** Speaks ten milliseconds of a square wave for each letter and digit. Text that contains `failOn` makes it fail. */
export function makeFakeSynthesizer({
  name = 'fake',
  sampleRateHz = 16_000,
  failOn,
}: {
  name?: string
  sampleRateHz?: number
  failOn?: string
} = {}): FakeSynthesizer {
  const requests: SynthesisRequest[] = []
  let isClosed = false
  const closed = (): Failure => new Failure('engine', 'engine_closed', 'The fake synthesizer was closed')
  return {
    name,
    sampleRateHz,
    requests,
    isClosed: () => isClosed,
    async *synthesize(request) {
      if (isClosed) throw closed()
      requests.push(request)
      const { text, speed, signal } = request
      if (failOn !== undefined && text.includes(failOn)) {
        throw new Failure('engine', 'synthesis_failed', 'The fake synthesizer failed as told')
      }
      const length = Math.round(sampleRateHz / 100 / speed)
      for (const letter of text.match(/[\p{L}\p{N}]/gu) ?? []) {
        await new Promise(setImmediate)
        if (signal.aborted) return
        if (isClosed) throw closed()
        yield squareWave(letter, length)
      }
    },
    close() {
      isClosed = true
      return Promise.resolve()
    },
  }
}

/** Its period tells the letter. */
function squareWave(letter: string, length: number): Int16Array {
  const half = 8 + ((letter.codePointAt(0) ?? 0) % 32)
  return Int16Array.from({ length }, (_, i) => (Math.floor(i / half) % 2 === 0 ? 8_000 : -8_000))
}
