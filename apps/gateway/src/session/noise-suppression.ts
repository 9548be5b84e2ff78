import type { NoiseReduction } from '@voicebox/protocol'

/**
 * How much of the noise is taken out of the user's audio, 0 to 1. A headset's is lowered by 12 dB, so that a voice that is
 * near keeps its own sound; that of a microphone across the room by 40 dB, which is all that can be told from speech.
 * `strength` multiplies these: 0 leaves everything, 2 lowers by twice as many dB.
 */
export function suppressionOf(noiseReduction: NoiseReduction | null): number {
  if (noiseReduction === null) return 0
  const { type, strength = 1 } = noiseReduction
  return 1 - 10 ** (-(loweredByDb[type] * strength) / 20)
}

const loweredByDb = { near_field: 12, far_field: 40 }
