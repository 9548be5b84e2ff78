import { z } from 'zod'
import { audioFormatSchema } from './audio-format.ts'
import { generationFields, reasoningFields } from './generation.ts'
import { responseInputSchema } from './item-input.ts'
import { pairs } from './pairs.ts'
import { type BetaGeneration, voiceSchema } from './session-object.ts'
import { text } from './scalars.ts'
import { eachOptional } from './shape.ts'

const metadataSchema = pairs(text(64), text(512), 16)

export const maxInputs = 1_000

export const responseOptionsSchema = z
  .strictObject({
    conversation: z
      .enum(['auto', 'none'])
      .exactOptional()
      .describe('`none`: outside the conversation, neither read nor written. Otherwise in it.'),
    input: z
      .array(responseInputSchema)
      .max(maxInputs)
      .exactOptional()
      .describe('Replaces the conversation as what the model sees; an empty list is an empty context.'),
    metadata: metadataSchema
      .nullable()
      .exactOptional()
      .describe('Echoed in the response: at most 16 pairs, keys up to 64 and values up to 512 characters.'),
    ...eachOptional(generationFields),
    ...reasoningFields,
    audio: z
      .strictObject({
        output: z.strictObject(eachOptional({ format: audioFormatSchema, voice: voiceSchema })).exactOptional(),
      })
      .exactOptional(),
  })
  .meta({ id: 'ResponseOptions', description: 'Overrides of the session for one response.' })
/** What `response.create` may override for one response. */
export type ResponseOptions = z.infer<typeof responseOptionsSchema> & BetaGeneration
