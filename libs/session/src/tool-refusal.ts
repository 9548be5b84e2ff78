import type { Tool, ToolChoice } from '@voicebox/protocol'
import type { Refusal } from './refuse.ts'
import type { SessionState } from './state.ts'
import { findListing, serverOf } from './tools.ts'

interface ToolSettings {
  tools?: readonly Tool[]
  tool_choice?: ToolChoice
}

/** Why tools cannot be used: they are hosted elsewhere, or the one demanded is not among them. */
export function refusalOfTools(given: ToolSettings, state: SessionState, param: string): Refusal | null {
  const tooMany = refusalOfServers(given.tools ?? [], state, param)
  if (tooMany !== null) return tooMany
  const at = (given.tools ?? []).findIndex((tool) => tool.type === 'mcp' && tool.server_url === undefined)
  const hosted = given.tools?.[at]
  if (hosted?.type === 'mcp') {
    const field = hosted.connector_id === undefined ? 'tunnel_id' : 'connector_id'
    const message = 'Connectors and tunnels are hosted by OpenAI: give the server_url of an MCP server.'
    return { code: 'invalid_value', message, param: `${param}.tools[${at}].${field}` }
  }
  const { tool_choice: choice } = given
  if (choice === undefined || typeof choice === 'string') return null
  const tools = given.tools ?? state.session.tools
  if (tools.some((tool) => isChosen(tool, choice))) return null
  const name = choice.type === 'mcp' ? choice.server_label : choice.name
  return { code: 'invalid_value', message: `Tool '${name}' not found in tools.`, param: `${param}.tool_choice` }
}

/** MCP servers in one list of tools, and servers that a session asks for their tools at a time. */
const maxServers = 16

/** Each server is asked from here, so that no session may have very many asked. */
function refusalOfServers(tools: readonly Tool[], { listings }: SessionState, param: string): Refusal | null {
  const places = tools.flatMap((tool, index) => (tool.type === 'mcp' ? [{ tool, index }] : []))
  const beyond = places[maxServers]
  if (beyond !== undefined) {
    const message = `At most ${maxServers} MCP servers may be given.`
    return { code: 'invalid_value', message, param: `${param}.tools[${beyond.index}]` }
  }
  const unknown = places.filter(({ tool }) => findListing(listings, serverOf(tool)) === undefined)
  const underWay = listings.filter(({ status }) => status === 'in_progress')
  if (underWay.length + unknown.length <= maxServers) return null
  const message = `At most ${maxServers} MCP servers are asked for their tools at a time: wait until they have answered.`
  return { type: 'rate_limit_error', code: 'too_many_servers', message, param: `${param}.tools` }
}

function isChosen(tool: Tool, choice: Exclude<ToolChoice, string>): boolean {
  return tool.type === 'mcp'
    ? choice.type === 'mcp' && tool.server_label === choice.server_label
    : choice.type === 'function' && tool.name === choice.name
}
