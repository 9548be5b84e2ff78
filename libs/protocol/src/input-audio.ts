import { z } from 'zod'
import { maxLength } from './bounds.ts'
import { decimal, text } from './scalars.ts'

export const transcriptionSchema = z
  .strictObject({
    model: text(128).min(1).default('whisper-1').describe('Name of the transcription model.'),
    language: text(16).nullable().default(null).describe('ISO-639-1; null: found by the engine.'),
    prompt: text(maxLength.hint).nullable().default(null).describe('Words to expect.'),
    languages: z.array(text(16)).max(64).exactOptional().describe('Languages to expect.'),
    keywords: z.array(text(maxLength.name)).max(1_000).exactOptional().describe('Names and terms to expect.'),
    delay: z
      .enum(['minimal', 'low', 'medium', 'high', 'xhigh'])
      .exactOptional()
      .describe('How long to listen before text is given.'),
  })
  .meta({ id: 'Transcription', description: 'How the user’s audio is written down.' })
export type Transcription = z.infer<typeof transcriptionSchema>

export const noiseReductionSchema = z
  .strictObject({
    type: z.enum(['near_field', 'far_field']).describe('Headset, or a microphone across the room.'),
    strength: decimal({ min: 0 }).exactOptional().describe('Higher suppresses more.'),
  })
  .meta({ id: 'NoiseReduction', description: 'Filter on the user’s audio, ahead of turn detection.' })
export type NoiseReduction = z.infer<typeof noiseReductionSchema>
