import { z } from 'zod'
import { maxLength } from './bounds.ts'
import { pairs } from './pairs.ts'
import { integer, text } from './scalars.ts'
import { toolChoiceSchema, toolList, toolSchema } from './tool.ts'

const modality = z.enum(['audio', 'text'])

export const outputModalitiesSchema = z
  .array(modality)
  .refine((modalities) => modalities.length === 1, "Supported combinations are: ['text'] and ['audio'].")
  .pipe(z.tuple([modality]))
  .describe('`["audio"]` (with its transcript) or `["text"]`.')
export type OutputModalities = z.infer<typeof outputModalitiesSchema>

export const maxOutputTokensSchema = z
  .union([integer({ min: 1, max: 4096 }), z.literal('inf')])
  .describe('Most tokens of one response, from 1 to 4096, or `"inf"`.')

/** A template is made of text, so it has no place for a picture or a file. */
const promptVariable = z.union([
  text(maxLength.text),
  z.strictObject({ type: z.literal('input_text'), text: text(maxLength.text) }),
])

const promptSchema = z
  .strictObject({
    id: text(maxLength.name).min(1),
    version: text(maxLength.name).nullable().exactOptional(),
    variables: pairs(text(maxLength.name), promptVariable, 64)
      .nullable()
      .exactOptional()
      .describe('Values for the variables of the template.'),
  })
  .meta({ id: 'Prompt', description: 'A stored prompt template.' })

const reasoningSchema = z
  .strictObject({ effort: z.enum(['minimal', 'low', 'medium', 'high', 'xhigh']).exactOptional() })
  .meta({ id: 'Reasoning', description: 'How much a reasoning model thinks.' })

/** What governs the making of a response: set for the session, overridden by `response.create`. */
export const generationFields = {
  output_modalities: outputModalitiesSchema,
  instructions: text(maxLength.instructions).describe('System prompt; an empty string clears it.'),
  tools: toolList(toolSchema).describe('Tools that the model may call; an empty list clears them.'),
  tool_choice: toolChoiceSchema,
  max_output_tokens: maxOutputTokensSchema,
  prompt: promptSchema.nullable().describe('Stored prompt template, or null.'),
}

/** Known by reasoning models only, so absent until it is set. */
export const reasoningFields = {
  reasoning: reasoningSchema.exactOptional(),
  parallel_tool_calls: z.boolean().exactOptional().describe('Whether one response may call several tools.'),
}
