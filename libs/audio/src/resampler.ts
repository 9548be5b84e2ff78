import { Failure } from '@voicebox/kernel'
import { bytesOf, concatSamples, samplesOf } from './pcm16.ts'
import { type Speex, loadSpeex } from './speex.ts'

/** Changes the rate of one stream of mono audio. The sound comes out with a delay of 24 samples of the lower rate (1.5 ms at 16 kHz). */
export interface Resampler {
  /**
   * Takes the next samples and returns what they complete. However the stream is cut, the concatenated output is the
   * same, and after `n` samples it is `ceil(n · toHz / fromHz)` long. At equal rates it returns its argument.
   */
  process(samples: Int16Array): Int16Array
  /** How much later the sound comes out, in samples of `toHz`. */
  readonly delaySamples: number
  /** Ends the stream: returns the tail that the delay held back. Only `close` may follow. */
  flush(): Int16Array
  /** Gives the resampler back; closing twice is harmless, any other use after it throws. */
  close(): void
}

export interface Resamplers {
  /** Throws `Failure` `capacity` when `maxInstances` would be exceeded. */
  open(rates: { fromHz: number; toHz: number }): Resampler
  /** Refuses further opening; resamplers that are open go on. */
  close(): void
}

/**
 * Makes the pool that resamplers come from; one per thread. The WebAssembly instances behind them cannot be freed, so
 * they are all kept and used again: their number is the peak of those open at once per pair of rates, and at most `maxInstances`.
 */
export async function makeResamplers({ maxInstances = 4096 }: { maxInstances?: number } = {}): Promise<Resamplers> {
  const speex = await loadSpeex()
  const idle = new Map<string, Instance[]>()
  let made = 0
  let isClosed = false
  return {
    open({ fromHz, toHz }) {
      if (isClosed) throw new Error('The resamplers are closed')
      if (fromHz === toHz) return openPassThrough()
      const pair = `${fromHz}:${toHz}`
      const waiting = idle.get(pair) ?? []
      idle.set(pair, waiting)
      const reused = waiting.pop()
      if (reused === undefined) {
        if (made >= maxInstances)
          throw new Failure('capacity', 'too_many_resamplers', 'Too many audio streams are open')
        made += 1
      }
      const instance = reused ?? makeInstance(speex, fromHz, toHz)
      return openOn(instance, () => waiting.push(instance))
    },
    close() {
      isClosed = true
      idle.clear()
    },
  }
}

function openOn(instance: Instance, giveBack: () => void): Resampler {
  let isOpen = true
  const opened = (): Instance => {
    if (!isOpen) throw new Error('The resampler is closed')
    return instance
  }
  return {
    process: (samples) => opened().process(samples),
    delaySamples: instance.delaySamples,
    flush: () => opened().flush(),
    close() {
      if (!isOpen) return
      isOpen = false
      instance.rewind()
      giveBack()
    },
  }
}

/** One WebAssembly resampler. `rewind` brings it into exactly the state it was made in. */
interface Instance {
  readonly delaySamples: number
  process(samples: Int16Array): Int16Array
  flush(): Int16Array
  rewind(): void
}

const quality = 3
const halfFilterSamples = 24 // of the lower rate, at this quality
const sliceMs = 100 // well above the length of the filter, 10 ms at 8 kHz

function makeInstance(speex: Speex, fromHz: number, toHz: number): Instance {
  const native = new speex(1, fromHz, toHz, quality)
  // After a multiple of `period` samples the filter stands in its first phase again.
  const period = fromHz / greatestCommonDivisor(fromHz, toHz)
  const sliceSamples = Math.ceil((sliceMs * fromHz) / 1000 / period) * period
  let consumed = 0

  const process = (samples: Int16Array): Int16Array => {
    const pieces: Int16Array[] = []
    for (let start = 0; start < samples.length; start += sliceSamples) {
      const bytes = bytesOf(samples.subarray(start, start + sliceSamples))
      pieces.push(samplesOf(native.processChunk(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))))
    }
    consumed = (consumed + samples.length) % period
    return concatSamples(pieces)
  }
  const rewind = (): void => {
    process(new Int16Array(sliceSamples + ((period - consumed) % period)))
  }

  // The library sizes its output buffer by its largest input yet, rounding so that odd lengths can lose a sample. Filling
  // it once with the largest slice leaves room for every other.
  rewind()
  const lowerHz = Math.min(fromHz, toHz)
  return {
    process,
    delaySamples: Math.round((halfFilterSamples * toHz) / lowerHz),
    flush: () => process(new Int16Array(Math.ceil((halfFilterSamples * fromHz) / lowerHz))),
    rewind,
  }
}

function openPassThrough(): Resampler {
  return { process: (samples) => samples, delaySamples: 0, flush: () => new Int16Array(0), close: () => undefined }
}

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b))
