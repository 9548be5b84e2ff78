import alawmulaw from 'alawmulaw'
import { bytesOf, samplesOf } from './pcm16.ts'

/** How a client's audio is written: mono pcm16 little endian at 24 kHz, or G.711 at 8 kHz, µ-law or A-law. */
export interface AudioCodec {
  readonly name: 'pcm16' | 'pcmu' | 'pcma'
  readonly rateHz: 24_000 | 8_000
  readonly bytesPerSample: 2 | 1
  /** May share memory with its argument. Half a sample is the caller's error: `RangeError`. */
  decode(bytes: Uint8Array): Int16Array
  /** May share memory with its argument. */
  encode(samples: Int16Array): Uint8Array
}

/** An audio format as the wire names it. */
export interface WireFormat {
  readonly type: 'audio/pcm' | 'audio/pcmu' | 'audio/pcma'
}

export const codecOf = ({ type }: WireFormat): AudioCodec => codecs[type]

/** How many bytes a millisecond of audio is. */
export function bytesPerMs(format: WireFormat): number {
  const { rateHz, bytesPerSample } = codecOf(format)
  return (rateHz * bytesPerSample) / 1000
}

const { mulaw, alaw } = alawmulaw

const codecs: Record<WireFormat['type'], AudioCodec> = {
  'audio/pcm': { name: 'pcm16', rateHz: 24_000, bytesPerSample: 2, decode: samplesOf, encode: bytesOf },
  'audio/pcmu': { name: 'pcmu', rateHz: 8_000, bytesPerSample: 1, decode: mulaw.decode, encode: mulaw.encode },
  'audio/pcma': { name: 'pcma', rateHz: 8_000, bytesPerSample: 1, decode: alaw.decode, encode: alaw.encode },
}
