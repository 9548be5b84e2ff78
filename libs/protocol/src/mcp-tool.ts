import { z } from 'zod'
import { maxLength } from './bounds.ts'
import { pairs } from './pairs.ts'
import { text } from './scalars.ts'

const name = text(maxLength.name)
const toolNames = z.array(name).max(512)

const filterSchema = z.strictObject({
  read_only: z
    .boolean()
    .exactOptional()
    .describe('Those that the server annotates as read-only, or those it does not.'),
  tool_names: toolNames.exactOptional().describe('Those of these names.'),
})

const listedToolSchema = z
  .strictObject({
    name: z.string(),
    description: z.string().describe('Empty where the server gives none.'),
    input_schema: z.record(z.string(), z.unknown()).describe('JSON Schema of the arguments.'),
    annotations: z
      .record(z.string(), z.unknown())
      .nullable()
      .describe('Hints of the server, `readOnlyHint` among them.'),
  })
  .meta({ id: 'McpListedTool', description: 'A tool as its MCP server lists it.' })
/** A tool as its MCP server lists it. */
export type McpListedTool = z.infer<typeof listedToolSchema>
export const listedToolsSchema = z.array(listedToolSchema)

const headerName = z
  .string()
  .max(maxLength.name)
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/)
/** What HTTP lets a header carry, so that no client writes a second header into the first. */
const headerValue = z
  .string()
  .max(8_192)
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/)

export const serverLabel = z
  .string()
  .regex(/^[a-zA-Z0-9_-]{1,64}$/)
  .describe('Names the server in items and choices; each label once.')

const connectors = [
  'connector_dropbox',
  'connector_gmail',
  'connector_googlecalendar',
  'connector_googledrive',
  'connector_microsoftteams',
  'connector_outlookcalendar',
  'connector_outlookemail',
  'connector_sharepoint',
] as const

const addresses = ['server_url', 'connector_id', 'tunnel_id'] as const

export const mcpToolSchema = z
  .strictObject({
    type: z.literal('mcp'),
    server_label: serverLabel,
    server_url: text(2_048)
      .min(1)
      .exactOptional()
      .describe('Its streamable HTTP endpoint; `https` unless the operator allows more.'),
    connector_id: z.enum(connectors).exactOptional().describe('Hosted by OpenAI, so refused here.'),
    tunnel_id: name.exactOptional().describe('Hosted by OpenAI, so refused here.'),
    authorization: headerValue.exactOptional().describe('Sent as a bearer token to the server; never shown again.'),
    headers: pairs(headerName, headerValue, 64)
      .nullable()
      .exactOptional()
      .describe('Sent to the server with each request; never shown again.'),
    server_description: text(maxLength.hint).exactOptional().describe('What the server is for.'),
    allowed_tools: z
      .union([toolNames, filterSchema])
      .nullable()
      .exactOptional()
      .describe('Which of its tools the model sees; left out: all.'),
    require_approval: z
      .union([
        z.enum(['always', 'never']),
        z.strictObject({ always: filterSchema.exactOptional(), never: filterSchema.exactOptional() }),
      ])
      .nullable()
      .exactOptional()
      .describe('Which calls wait for the client’s approval; left out: `always`.'),
    defer_loading: z.boolean().exactOptional().describe('Accepted, without effect: the tools are always listed.'),
    allowed_callers: z
      .array(z.enum(['direct', 'programmatic']))
      .max(2)
      .nullable()
      .exactOptional()
      .describe('Accepted, without effect: the model calls directly.'),
  })
  .superRefine((tool, context) => {
    const [first, second] = addresses.filter((address) => tool[address] !== undefined)
    if (first === undefined) {
      context.addIssue({ code: 'custom', path: ['server_url'], params: { code: 'missing_required_parameter' } })
    } else if (second !== undefined) {
      context.addIssue({ code: 'custom', path: [second], message: `Expected only one of it and '${first}'.` })
    }
  })
  .meta({
    id: 'McpTool',
    description:
      'An MCP server whose tools the model may call, and which this server calls. It has one of `server_url`, `connector_id` and `tunnel_id`.',
  })
export type McpTool = z.infer<typeof mcpToolSchema>
