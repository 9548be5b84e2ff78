/** Audio made by formula, and measures of it, for tests. */

export function sine(frequencyHz: number, sampleRateHz: number, sampleCount: number, amplitude = 16_000): Int16Array {
  return Int16Array.from({ length: sampleCount }, (_, i) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * frequencyHz * i) / sampleRateHz)),
  )
}

/** White noise of the given root mean square; the same seed gives the same noise. */
export function whiteNoise(sampleCount: number, rms: number, seed = 1): Int16Array {
  let state = seed
  const uniform = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 31 - 1
  }
  return Int16Array.from({ length: sampleCount }, () => Math.round(rms * (uniform() + uniform() + uniform())))
}

export function mix(a: Int16Array, b: Int16Array): Int16Array {
  return a.map((sample, i) => Math.max(-32_768, Math.min(32_767, sample + (b[i] ?? 0))))
}

export function rmsOf(samples: Int16Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length)
}

/** How far what is not the sine lies below it, in dB, whatever the sine's phase and level. */
export function sineToNoiseDb(samples: Int16Array, frequencyHz: number, sampleRateHz: number): number {
  const omega = (2 * Math.PI * frequencyHz) / sampleRateHz
  const project = (wave: (phase: number) => number): number =>
    (2 / samples.length) * samples.reduce((sum, sample, i) => sum + sample * wave(omega * i), 0)
  const [a, b] = [project(Math.cos), project(Math.sin)]
  const noise = samples.reduce((sum, sample, i) => {
    const rest = sample - a * Math.cos(omega * i) - b * Math.sin(omega * i)
    return sum + rest * rest
  }, 0)
  return 10 * Math.log10(((a * a + b * b) * samples.length) / 2 / noise)
}

/** Cuts into pieces of the given lengths, over and over. */
export function cut(samples: Int16Array, lengths: readonly number[]): Int16Array[] {
  const pieces: Int16Array[] = []
  for (let start = 0; start < samples.length;) {
    const length = lengths[pieces.length % lengths.length] ?? samples.length
    pieces.push(samples.subarray(start, start + length))
    start += length
  }
  return pieces
}

/** Where two pieces of audio differ first; -1 where they are the same. (Comparing long arrays in full takes minutes when they differ.) */
export function firstDifference(a: Int16Array, b: Int16Array): number {
  const at = a.findIndex((sample, i) => sample !== b[i])
  return at === -1 && a.length !== b.length ? a.length : at
}

/** How far what is not the original, at whatever level, lies below it, in dB. The piece begins `delaySamples` late. */
export function likenessDb(piece: Int16Array, original: Int16Array, delaySamples: number): number {
  const sampleCount = Math.min(original.length, piece.length - delaySamples)
  let [product, power] = [0, 0]
  for (let i = 0; i < sampleCount; i += 1) {
    product += (original[i] ?? 0) * (piece[i + delaySamples] ?? 0)
    power += (original[i] ?? 0) ** 2
  }
  let rest = 0
  for (let i = 0; i < sampleCount; i += 1)
    rest += ((piece[i + delaySamples] ?? 0) - (product / power) * (original[i] ?? 0)) ** 2
  return 10 * Math.log10(product ** 2 / power / rest)
}

/** Noise whose power lies in the low frequencies, as that of fans and engines does; of the given root mean square. */
export function rumble(sampleCount: number, rms: number, seed = 1): Int16Array {
  let level = 0
  return atLevel(
    whiteNoise(sampleCount, 3_000, seed).map((sample) => (level = 0.95 * level + 0.3 * sample)),
    rms,
  )
}

export function atLevel(samples: Int16Array, rms: number): Int16Array {
  const factor = rms / rmsOf(samples)
  return samples.map((sample) => Math.round(sample * factor))
}
