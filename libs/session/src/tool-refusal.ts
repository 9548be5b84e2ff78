import type { Session, Tool, ToolChoice } from '@voicebox/protocol'
import type { Refusal } from './refuse.ts'

interface ToolSettings {
  tools?: readonly Tool[]
  tool_choice?: ToolChoice
}

/** Why tools cannot be used: they are hosted elsewhere, or the one demanded is not among them. */
export function refusalOfTools(given: ToolSettings, session: Session, param: string): Refusal | null {
  const at = (given.tools ?? []).findIndex((tool) => tool.type === 'mcp' && tool.server_url === undefined)
  const hosted = given.tools?.[at]
  if (hosted?.type === 'mcp') {
    const field = hosted.connector_id === undefined ? 'tunnel_id' : 'connector_id'
    const message = 'Connectors and tunnels are hosted by OpenAI: give the server_url of an MCP server.'
    return { code: 'invalid_value', message, param: `${param}.tools[${at}].${field}` }
  }
  const { tool_choice: choice } = given
  if (choice === undefined || typeof choice === 'string') return null
  const tools = given.tools ?? session.tools
  if (tools.some((tool) => isChosen(tool, choice))) return null
  const name = choice.type === 'mcp' ? choice.server_label : choice.name
  return { code: 'invalid_value', message: `Tool '${name}' not found in tools.`, param: `${param}.tool_choice` }
}

function isChosen(tool: Tool, choice: Exclude<ToolChoice, string>): boolean {
  return tool.type === 'mcp'
    ? choice.type === 'mcp' && tool.server_label === choice.server_label
    : choice.type === 'function' && tool.name === choice.name
}
