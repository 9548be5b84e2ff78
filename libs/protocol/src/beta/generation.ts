import { z } from 'zod'
import { maxLength } from '../bounds.ts'
import { generationFields } from '../generation.ts'
import { decimal, text } from '../scalars.ts'
import { functionChoiceSchema, functionToolSchema, toolChoiceModeSchema, toolList } from '../tool.ts'
import { betaAudioFormatSchema } from './audio-format.ts'
import { betaModalitiesSchema } from './modalities.ts'

/** What a session has that never set its temperature. */
export const defaultTemperature = 0.8

export const temperature = decimal({ min: 0.6, max: 1.2 }).describe(
  `How freely the model chooses its words; shown as ${defaultTemperature} until it is set.`,
)

/** What governs the making of a response, by its names in the beta dialect. */
export const betaGenerationFields = {
  modalities: betaModalitiesSchema,
  instructions: generationFields.instructions,
  voice: text(maxLength.name).min(1).describe('Name of a voice. Fixed once the session has produced audio.'),
  output_audio_format: betaAudioFormatSchema,
  tools: toolList(functionToolSchema).describe('Functions that the model may call; an empty list clears them.'),
  tool_choice: z.union([toolChoiceModeSchema, functionChoiceSchema]),
  temperature,
}
