import { z } from 'zod'
import type { AudioFormat } from '../audio-format.ts'

/** Every audio format by its name in the beta dialect. */
export const betaFormats = {
  pcm16: { type: 'audio/pcm', rate: 24_000 },
  g711_ulaw: { type: 'audio/pcmu' },
  g711_alaw: { type: 'audio/pcma' },
} as const satisfies Record<string, AudioFormat>
export type BetaAudioFormat = keyof typeof betaFormats

const names = Object.keys(betaFormats) as BetaAudioFormat[]

/** Reads a format by its beta name. */
export const betaAudioFormatSchema = z
  .enum(names)
  .transform((name): AudioFormat => betaFormats[name])
  .describe('Mono audio: 16 bit at 24 kHz, or G.711 µ-law or A-law at 8 kHz.')

export function betaFormatOf({ type }: AudioFormat): BetaAudioFormat {
  return names.find((name) => betaFormats[name].type === type) ?? 'pcm16'
}
