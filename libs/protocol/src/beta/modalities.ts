import { z } from 'zod'
import type { OutputModalities } from '../generation.ts'

export type BetaModalities = ['text'] | ['text', 'audio']

/** Reads the modalities of the beta dialect, which counts the transcript of audio as text. */
export const betaModalitiesSchema = z
  .array(z.enum(['text', 'audio']))
  .refine(isSupported, "Supported combinations are: ['text'] and ['audio', 'text'].")
  .transform((modalities): OutputModalities => [modalities.includes('audio') ? 'audio' : 'text'])
  .describe('`["text"]`, or `["text", "audio"]` in any order.')

export const betaModalitiesOf = ([modality]: OutputModalities): BetaModalities =>
  modality === 'audio' ? ['text', 'audio'] : ['text']

function isSupported(modalities: readonly string[]): boolean {
  const kinds = new Set(modalities)
  return kinds.size === modalities.length && kinds.has('text')
}
