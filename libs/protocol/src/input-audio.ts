import { z } from 'zod'
import { decimal } from './scalars.ts'

export const transcriptionSchema = z
  .strictObject({
    model: z.string().min(1).max(128).default('whisper-1').describe('Name of the transcription model.'),
    language: z.string().max(16).nullable().default(null).describe('ISO-639-1; null: found by the engine.'),
    prompt: z.string().nullable().default(null).describe('Words to expect.'),
    languages: z.array(z.string().max(16)).max(64).exactOptional().describe('Languages to expect.'),
    keywords: z.array(z.string()).max(1_000).exactOptional().describe('Names and terms to expect.'),
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
