import { StringDecoder } from 'node:string_decoder'
import { setImmediate as nextTick } from 'node:timers/promises'
import { openAlignedResampler } from './aligned-resampler.ts'
import { type WireFormat, bytesPerMs, codecOf } from './audio-codec.ts'
import { heardRateHz } from './heard.ts'
import { msToSamples, samplesOf } from './pcm16.ts'
import type { Resamplers } from './resampler.ts'

export interface KeptAudio {
  /** pcm16, little endian, mono. */
  pcm: Uint8Array
  fromRateHz: 16_000 | 24_000
  format: WireFormat
  /** How much of it counts, from its beginning. */
  ms: number
}

/**
 * Writes audio that was kept as base64 in a client's format, exactly as long as what counts of it. The event loop is let
 * go after each second of audio. Throws `Failure` `capacity` as `Resamplers.open`.
 */
export async function encodeKept(resamplers: Resamplers, { pcm, fromRateHz, format, ms }: KeptAudio): Promise<string> {
  const { rateHz, encode } = codecOf(format)
  const samples = samplesOf(pcm).subarray(0, Math.round((ms * fromRateHz) / 1000))
  const base64 = new StringDecoder('base64')
  let text = ''
  const rates = { fromHz: fromRateHz, toHz: rateHz }
  for await (const piece of resampled(resamplers, secondsOf(samples, fromRateHz), rates))
    text += base64.write(encode(piece))
  return text + base64.end()
}

/**
 * Reads base64 of a client's format as 16 kHz samples; half a sample at the end is left out. The event loop is let go
 * after each second of audio. Throws `Failure` `capacity` as `Resamplers.open`.
 */
export async function decodeBase64Audio(
  resamplers: Resamplers,
  base64: string,
  format: WireFormat,
): Promise<Int16Array> {
  const { rateHz, bytesPerSample } = codecOf(format)
  const sampleCount = Math.floor(Buffer.byteLength(base64, 'base64') / bytesPerSample)
  const heard = new Int16Array(Math.round((sampleCount * heardRateHz) / rateHz))
  const rates = { fromHz: rateHz, toHz: heardRateHz }
  let at = 0
  for await (const piece of resampled(resamplers, decodedSeconds(base64, format), rates)) {
    heard.set(piece, at)
    at += piece.length
  }
  return heard
}

async function* resampled(
  resamplers: Resamplers,
  pieces: Iterable<Int16Array>,
  rates: { fromHz: number; toHz: number },
): AsyncGenerator<Int16Array> {
  const resampler = openAlignedResampler(resamplers, rates)
  try {
    for (const piece of pieces) {
      yield resampler.process(piece)
      await nextTick()
    }
    yield resampler.end()
  } finally {
    resampler.close()
  }
}

/** Decodes about a second at a time; base64 can be cut after every fourth character. */
function* decodedSeconds(base64: string, format: WireFormat): Generator<Int16Array> {
  const { decode, bytesPerSample } = codecOf(format)
  const characters = 4 * Math.ceil((bytesPerMs(format) * 1000) / 3)
  for (let start = 0; start < base64.length; start += characters) {
    const bytes = Buffer.from(base64.slice(start, start + characters), 'base64')
    yield decode(bytes.subarray(0, bytes.length - (bytes.length % bytesPerSample)))
  }
}

function* secondsOf(samples: Int16Array, sampleRateHz: number): Generator<Int16Array> {
  const length = msToSamples(1_000, sampleRateHz)
  for (let start = 0; start < samples.length; start += length) yield samples.subarray(start, start + length)
}
