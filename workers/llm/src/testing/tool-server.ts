import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import {
  type CallToolResult,
  CallToolRequestSchema,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
} from '@modelcontextprotocol/sdk/types.js'
import { aborted } from '@voicebox/kernel'

/** The MCP side of the test server, one for each session. `slow` never ends by itself. */
export function makeToolServer(onCancelled: () => void): McpServer {
  const mcp = new McpServer({ name: 'test', version: '1.0.0' }, { capabilities: { tools: {} } })
  const { server } = mcp // tools as JSON Schema, as they come in the wild
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools }))
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, { signal }) => {
    if (params.name === 'slow') {
      await aborted(signal)
      onCancelled()
    }
    return call(params.name, params.arguments ?? {})
  })
  return mcp
}

const number = { type: 'number' }
const tools = [
  {
    name: 'echo',
    description: 'Says what it is given.',
    inputSchema: { type: 'object' as const, properties: { text: { type: 'string' } }, required: ['text'] },
    annotations: { readOnlyHint: true },
  },
  {
    name: 'add',
    description: 'Adds two numbers.',
    inputSchema: { type: 'object' as const, properties: { a: number, b: number }, required: ['a', 'b'] },
  },
  { name: 'fail', description: 'Fails.', inputSchema: { type: 'object' as const } },
  { name: 'slow', inputSchema: { type: 'object' as const } },
]

function call(name: string, args: Record<string, unknown>): CallToolResult {
  if (name === 'echo') return { content: [{ type: 'text', text: String(args['text']) }] }
  if (name === 'add') return { content: [], structuredContent: { sum: Number(args['a']) + Number(args['b']) } }
  if (name === 'fail') return { content: [{ type: 'text', text: 'It does not work.' }], isError: true }
  throw new McpError(ErrorCode.InvalidParams, `There is no tool ${name}`)
}
