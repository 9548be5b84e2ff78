import { z } from 'zod'
import { maxLength } from './bounds.ts'
import { freeObject } from './free-json.ts'
import { mcpToolSchema } from './mcp-tool.ts'
import { text } from './scalars.ts'

const maxTools = 128

const functionName = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[a-zA-Z0-9_-]+$/)

export const functionToolSchema = z
  .strictObject({
    type: z.literal('function'),
    name: functionName,
    description: text(maxLength.hint).exactOptional().describe('When and how to call it.'),
    parameters: freeObject.exactOptional().describe('JSON Schema of its arguments.'),
  })
  .meta({ id: 'FunctionTool', description: 'A function that the client offers to the model, and runs itself.' })
export type FunctionTool = z.infer<typeof functionToolSchema>

export const toolSchema = z.discriminatedUnion('type', [functionToolSchema, mcpToolSchema]).meta({
  id: 'Tool',
  description: 'What the model may call: a function of the client, or the tools of an MCP server.',
})
export type Tool = z.infer<typeof toolSchema>

/** A list in which no two functions have the same name, and no two MCP servers the same label. */
export const toolList = <S extends z.ZodType<Tool>>(schema: S) =>
  z
    .array(schema)
    .max(maxTools)
    .superRefine((tools, context) => {
      const taken = new Set<string>()
      for (const [index, tool] of tools.entries()) {
        const [field, name] = tool.type === 'mcp' ? ['server_label', tool.server_label] : ['name', tool.name]
        const message = `Another tool is called '${name}' already.`
        if (taken.has(`${field} ${name}`)) context.addIssue({ code: 'custom', path: [index, field], message })
        taken.add(`${field} ${name}`)
      }
    })

export const functionChoiceSchema = z.strictObject({ type: z.literal('function'), name: functionName })

export const toolChoiceModeSchema = z.enum(['none', 'auto', 'required'])

export const toolChoiceSchema = z
  .union([
    toolChoiceModeSchema,
    z.discriminatedUnion('type', [
      functionChoiceSchema,
      z.strictObject({
        type: z.literal('mcp'),
        server_label: z.string().max(maxLength.name),
        name: z.string().max(maxLength.name).nullable().exactOptional().describe('Left out: any tool of that server.'),
      }),
    ]),
  ])
  .meta({ id: 'ToolChoice', description: 'Whether the model may, must or must not call a tool, or which one it must.' })
export type ToolChoice = z.infer<typeof toolChoiceSchema>
