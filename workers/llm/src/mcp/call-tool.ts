import { ResultSchema } from '@modelcontextprotocol/sdk/types.js'
import { type Answer, asObject, notMcp, protocolError } from './answer.ts'
import type { McpConnection } from './connection.ts'
import { cut } from './cut.ts'
import type { Redaction } from './redact.ts'

const maxOutputChars = 256 << 10
const cutNote = '\n[the rest was left out]'

/** Calls a tool, once. `json` are its arguments as the model made them; what is not an object is not sent. */
export async function callTool(
  connection: McpConnection,
  redaction: Redaction,
  { name, json }: { name: string; json: string },
): Promise<Answer<string>> {
  const args = parseArguments(json)
  if (args === null) return { error: protocolError('invalidParams', 'The arguments are not a JSON object') }
  const params = { name, arguments: args }
  const answer = await connection.ask((client, options) =>
    client.request({ method: 'tools/call', params }, ResultSchema, options),
  )
  if ('error' in answer) return answer
  const { content = [], structuredContent, isError } = answer.value
  if (!Array.isArray(content)) return { error: notMcp }
  const output = cut(redaction.text(inWords(content, structuredContent, redaction)), maxOutputChars, cutNote)
  if (isError !== true) return { value: output }
  return { error: { type: 'tool_execution_error', message: output === '' ? 'The tool failed' : output } }
}

function parseArguments(json: string): Record<string, unknown> | null {
  try {
    return asObject(JSON.parse(json))
  } catch {
    return null
  }
}

/** Texts, and names of what is not text; what is structured is of use only where it is not said in text as well. */
function inWords(content: readonly unknown[], structured: unknown, redaction: Redaction): string {
  const blocks = content.map(asObject)
  const lines = blocks.map((block) => (block === null ? '[something]' : lineOf(block)))
  if (asObject(structured) === null || blocks.some((block) => block?.['type'] === 'text')) return lines.join('\n')
  const json = redaction.json(structured)
  return [json === undefined ? '[structured output that is nested too deeply]' : JSON.stringify(json), ...lines].join(
    '\n',
  )
}

/** Read by hand: to validate many wrong ones would take more memory than the answer itself by orders of magnitude. */
function lineOf({ type, text, mimeType, uri, resource }: Record<string, unknown>): string {
  if (type === 'text' && typeof text === 'string') return text
  if (type === 'resource_link') return `[link to the resource ${named(uri)}]`
  if (type === 'resource') return `[resource ${named(asObject(resource)?.['uri'])}]`
  return typeof mimeType === 'string' ? `[${named(type)} of type ${mimeType}]` : `[${named(type)}]`
}

function named(value: unknown): string {
  return typeof value === 'string' ? value : 'without a name'
}
