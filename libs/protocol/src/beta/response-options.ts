import { z } from 'zod'
import { maxOutputTokensSchema } from '../generation.ts'
import { maxInputs, responseOptionsSchema } from '../response-options.ts'
import { eachOptional } from '../shape.ts'
import { betaGenerationFields, temperature } from './generation.ts'
import { nested, responsePaths } from './paths.ts'
import { betaResponseInputSchema } from './response-input.ts'

const { conversation, metadata } = responseOptionsSchema.shape

export const betaResponseOptionsSchema = z
  .strictObject({
    conversation,
    input: z
      .array(betaResponseInputSchema)
      .max(maxInputs)
      .transform((entries) => entries.flat())
      .exactOptional()
      .describe('Replaces the conversation as what the model sees; an empty list is an empty context.'),
    metadata,
    ...eachOptional(betaGenerationFields),
    max_response_output_tokens: maxOutputTokensSchema.exactOptional(),
    max_output_tokens: maxOutputTokensSchema
      .exactOptional()
      .describe('Another name of the same; it is what a response shows.'),
  })
  .transform((flat) => nested(flat, responsePaths))
  .pipe(responseOptionsSchema.extend({ temperature: temperature.exactOptional() }))
  .meta({ id: 'BetaResponseOptions', description: 'Overrides of the session for one response.' })
