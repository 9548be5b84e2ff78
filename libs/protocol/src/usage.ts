import { z } from 'zod'
import { count } from './scalars.ts'

const inputModalities = { text_tokens: count, audio_tokens: count, image_tokens: count }

export const usageSchema = z
  .strictObject({
    total_tokens: count.describe('Input and output together.'),
    input_tokens: count,
    output_tokens: count,
    input_token_details: z.strictObject({
      ...inputModalities,
      cached_tokens: count.describe('The part of the input that was cached.'),
      cached_tokens_details: z.strictObject(inputModalities),
    }),
    output_token_details: z.strictObject({ text_tokens: count, audio_tokens: count }),
  })
  .meta({ id: 'Usage', description: 'What a response cost.' })
export type Usage = z.infer<typeof usageSchema>

export const transcriptionUsageSchema = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('tokens'),
      input_tokens: count,
      output_tokens: count,
      total_tokens: count,
      input_token_details: z.strictObject({ text_tokens: count, audio_tokens: count }),
    }),
    z.strictObject({ type: z.literal('duration'), seconds: z.number().min(0) }),
  ])
  .meta({ id: 'TranscriptionUsage', description: 'What a transcription cost, by tokens or by time.' })
export type TranscriptionUsage = z.infer<typeof transcriptionUsageSchema>
