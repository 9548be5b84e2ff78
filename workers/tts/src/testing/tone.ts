/** How each fixture model turns a token into sound: a sine that begins at phase 0, of a pitch that tells the token. */
function toneHz(token: number): number {
  return baseHz + stepHz * token
}

export const baseHz = 150
export const stepHz = 20

/** Finds the token of each stretch of `tokenSamples` by the sine that fits best. */
export function readTokens(
  samples: Int16Array,
  { tokenSamples, sampleRateHz, tokens, shiftHz = 0 }: ReadTokensOptions,
): number[] {
  return Array.from({ length: Math.round(samples.length / tokenSamples) }, (_, i) => {
    const stretch = samples.subarray(i * tokenSamples, (i + 1) * tokenSamples)
    const fits = tokens.map((token) => likeness(stretch, toneHz(token) + shiftHz, sampleRateHz))
    return tokens[fits.indexOf(Math.max(...fits))] ?? -1
  })
}

export interface ReadTokensOptions {
  tokenSamples: number
  sampleRateHz: number
  /** The tokens that it may be. */
  tokens: readonly number[]
  /** What the voice adds to each pitch. */
  shiftHz?: number
}

/** How much of a stretch is a sine of this pitch. */
function likeness(stretch: Int16Array, hz: number, sampleRateHz: number): number {
  const step = (2 * Math.PI * hz) / sampleRateHz
  let product = 0
  let power = 0
  for (const [i, sample] of stretch.entries()) {
    const sine = Math.sin(step * i)
    product += sample * sine
    power += sine * sine
  }
  return product / Math.sqrt(power)
}
