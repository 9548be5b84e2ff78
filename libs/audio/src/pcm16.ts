/**
 * Views little-endian pcm16 bytes as samples; copies only when the bytes are not aligned, so the result may share memory
 * with the argument. An odd number of bytes is the caller's error: `RangeError`.
 */
export function samplesOf(bytes: Uint8Array): Int16Array {
  if (bytes.byteLength % 2 !== 0) throw new RangeError(`pcm16 needs an even number of bytes, got ${bytes.byteLength}`)
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : new Uint8Array(bytes)
  return new Int16Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 2)
}

/** Views samples as little-endian pcm16 bytes, sharing their memory. */
export function bytesOf(samples: Int16Array): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)
}

/** How many whole samples `ms` milliseconds are. */
export function msToSamples(ms: number, sampleRateHz: number): number {
  return Math.floor((ms * sampleRateHz) / 1000)
}

/** How many milliseconds `sampleCount` samples are; not rounded. */
export function samplesToMs(sampleCount: number, sampleRateHz: number): number {
  return (sampleCount * 1000) / sampleRateHz
}

/** Joins pieces of audio into one array that shares memory with none of them. */
export function concatSamples(pieces: readonly Int16Array[]): Int16Array<ArrayBuffer> {
  const joined = new Int16Array(pieces.reduce((total, piece) => total + piece.length, 0))
  let offset = 0
  for (const piece of pieces) {
    joined.set(piece, offset)
    offset += piece.length
  }
  return joined
}
