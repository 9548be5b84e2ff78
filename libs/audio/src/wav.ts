import { Failure } from '@voicebox/kernel'
import { bytesOf, samplesOf } from './pcm16.ts'

/** Mono audio with its rate. */
export interface Wav {
  sampleRateHz: number
  samples: Int16Array
}

/**
 * Reads a pcm16 WAV file; stereo is mixed to mono. Other chunks are skipped, and a data length that is zero or past the
 * end of the file (programs that stream cannot know it) means the rest of the file. Anything else is `Failure`
 * `client`/`invalid_wav`.
 */
export function readWav(bytes: Uint8Array): Wav {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 12 || nameAt(view, 0) !== 'RIFF' || nameAt(view, 8) !== 'WAVE')
    throw invalid('not a RIFF/WAVE file')
  let format: WavFormat | undefined
  for (let offset = 12; offset + 8 <= bytes.length;) {
    const name = nameAt(view, offset)
    const declared = view.getUint32(offset + 4, true)
    const start = offset + 8
    if (name === 'fmt ') format = readFormat(view, start)
    if (name === 'data') {
      if (format === undefined) throw invalid('the data comes before its format')
      const end = declared === 0 ? bytes.length : Math.min(start + declared, bytes.length)
      return { sampleRateHz: format.sampleRateHz, samples: readMono(bytes.subarray(start, end), format.channels) }
    }
    offset = start + declared + (declared % 2) // chunks are padded to even lengths
  }
  throw invalid('it has no data')
}

/** Makes a mono pcm16 WAV file. */
export function writeWav({ sampleRateHz, samples }: Wav): Uint8Array {
  const bytes = new Uint8Array(44 + samples.byteLength)
  const view = new DataView(bytes.buffer)
  const name = (offset: number, text: string): void => bytes.set(new TextEncoder().encode(text), offset)
  name(0, 'RIFF')
  view.setUint32(4, 36 + samples.byteLength, true)
  name(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, pcm, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, sampleRateHz, true)
  view.setUint32(28, sampleRateHz * 2, true)
  view.setUint16(32, 2, true)
  view.setUint16(34, 16, true)
  name(36, 'data')
  view.setUint32(40, samples.byteLength, true)
  bytes.set(bytesOf(samples), 44)
  return bytes
}

interface WavFormat {
  channels: 1 | 2
  sampleRateHz: number
}

const pcm = 1
const extensible = 0xfffe // the real format then stands in the extension, as the first two bytes of a GUID

function readFormat(view: DataView, start: number): WavFormat {
  if (start + 16 > view.byteLength) throw invalid('its format is cut off')
  const tag = view.getUint16(start, true)
  const encoding = tag === extensible && start + 26 <= view.byteLength ? view.getUint16(start + 24, true) : tag
  const channels = view.getUint16(start + 2, true)
  const sampleRateHz = view.getUint32(start + 4, true)
  const bits = view.getUint16(start + 14, true)
  if (encoding !== pcm || bits !== 16) throw invalid(`only 16-bit PCM can be read (format ${encoding}, ${bits} bits)`)
  if (channels !== 1 && channels !== 2) throw invalid(`only mono and stereo can be read (${channels} channels)`)
  if (sampleRateHz === 0) throw invalid('its sample rate is zero')
  return { channels, sampleRateHz }
}

function readMono(data: Uint8Array, channels: 1 | 2): Int16Array {
  const samples = samplesOf(data.subarray(0, data.length - (data.length % (2 * channels))))
  if (channels === 1) return samples
  return Int16Array.from(
    { length: samples.length / 2 },
    (_, i) => ((samples[2 * i] ?? 0) + (samples[2 * i + 1] ?? 0)) / 2,
  )
}

const nameAt = (view: DataView, offset: number): string =>
  String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(offset + i)))

const invalid = (reason: string): Failure => new Failure('client', 'invalid_wav', `Cannot read the WAV: ${reason}`)
