import { z } from 'zod'
import { count, decimal, integer } from './scalars.ts'

const whatFollows = {
  create_response: z.boolean().default(true).describe('Whether the end of a turn starts a response.'),
  interrupt_response: z.boolean().default(true).describe('Whether speech cancels the response in flight.'),
}

export const serverVadSchema = z
  .strictObject({
    type: z.literal('server_vad'),
    threshold: decimal({ min: 0, max: 1 })
      .default(0.5)
      .describe('Speech probability from which on it counts as speech.'),
    prefix_padding_ms: count.default(300).describe('Audio kept from before the speech.'),
    silence_duration_ms: count.default(200).describe('Silence that ends the turn.'),
    idle_timeout_ms: integer({ min: 5_000, max: 30_000 })
      .nullable()
      .default(null)
      .describe('Silence after a response, beyond which the model speaks again; null: never.'),
    ...whatFollows,
  })
  .meta({ id: 'ServerVad', description: 'Ends a turn by silence.' })
export type ServerVad = z.infer<typeof serverVadSchema>

export const semanticVadSchema = z
  .strictObject({
    type: z.literal('semantic_vad'),
    eagerness: z
      .enum(['auto', 'low', 'medium', 'high'])
      .default('auto')
      .describe('Longest wait for the user to go on: low 8 s, medium and auto 4 s, high 2 s.'),
    ...whatFollows,
  })
  .meta({ id: 'SemanticVad', description: 'Ends a turn by what was said.' })
export type SemanticVad = z.infer<typeof semanticVadSchema>

export const turnDetectionSchema = z
  .discriminatedUnion('type', [serverVadSchema, semanticVadSchema])
  .meta({ id: 'TurnDetection', description: 'How the end of the user’s turn is found.' })
export type TurnDetection = z.infer<typeof turnDetectionSchema>
