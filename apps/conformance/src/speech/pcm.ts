/** Samples a millisecond of pcm16 at 24 kHz, the format of a new session. */
const samplesPerMs = 24

export function silence(ms: number): Int16Array {
  return new Int16Array(ms * samplesPerMs)
}

/** pcm16, little-endian, in base64, as `input_audio_buffer.append` takes it. */
export function toBase64(samples: Int16Array): string {
  return Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength).toString('base64')
}

/** How long a piece of base64 audio in pcm16 at 24 kHz lasts. */
export function lengthMs(base64: string): number {
  return Buffer.byteLength(base64, 'base64') / 2 / samplesPerMs
}
