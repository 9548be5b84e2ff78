import { z } from 'zod'
import { freeObject } from './free-json.ts'

const functionName = z.string().min(1).max(128)

export const toolSchema = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('function'),
      name: functionName,
      description: z.string().exactOptional().describe('When and how to call it.'),
      parameters: freeObject.exactOptional().describe('JSON Schema of its arguments.'),
    }),
  ])
  .meta({ id: 'Tool', description: 'A function that the client offers to the model.' })
export type Tool = z.infer<typeof toolSchema>

export const toolChoiceSchema = z
  .union([z.enum(['none', 'auto', 'required']), z.strictObject({ type: z.literal('function'), name: functionName })])
  .meta({ id: 'ToolChoice', description: 'Whether the model may, must or must not call a tool, or which one it must.' })
export type ToolChoice = z.infer<typeof toolChoiceSchema>
