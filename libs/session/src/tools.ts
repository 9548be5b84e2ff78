import type { McpListedTool, McpTool } from '@voicebox/protocol'
import type { McpServerAddress } from './effect.ts'
import { needsApproval, isAllowed } from './mcp-filter.ts'
import type { ActiveResponse, BoundTool, McpListing, SessionState, Toolbox } from './state.ts'

/**
 * What the model may call in a response, as far as the servers have listed their tools. Names are unique: a function keeps
 * its own, and of two servers' tools the later is named with its server. Outside the conversation nobody could allow a
 * call, so that tools which need that are not there.
 */
export function boundTools(
  { listings }: Pick<SessionState, 'listings'>,
  { toolbox: { tools }, isInConversation }: Pick<ActiveResponse, 'toolbox' | 'isInConversation'>,
): BoundTool[] {
  const bound = new Map<string, BoundTool>()
  const functions = new Set(tools.flatMap((tool) => (tool.type === 'function' ? [tool.name] : [])))
  for (const tool of tools) {
    if (tool.type === 'function') {
      const { type: _type, ...declaration } = tool
      bound.set(tool.name, { declaration, server: null })
      continue
    }
    for (const listed of listedTools(listings, tool)) {
      const isTaken = bound.has(listed.name) || functions.has(listed.name)
      const name = isTaken ? `${tool.server_label}__${listed.name}` : listed.name
      const { description, input_schema: parameters } = listed
      const server = { address: serverOf(tool), toolName: listed.name, needsApproval: needsApproval(tool, listed) }
      if (server.needsApproval && !isInConversation) continue
      bound.set(name, { declaration: { name, description, parameters }, server })
    }
  }
  return [...bound.values()]
}

/** What the model may see of a server's tools, as far as it has listed them. */
export function listedTools(listings: readonly McpListing[], tool: McpTool): McpListedTool[] {
  const listing = findListing(listings, serverOf(tool))
  return listing?.status === 'completed' ? listing.tools.filter((listed) => isAllowed(tool, listed)) : []
}

/** The tools and the demand as they are put to the model; absent where there is nothing to call. */
export function offeredTools(
  bound: readonly BoundTool[],
  { choice, parallel }: Toolbox,
): {
  tools?: readonly BoundTool['declaration'][]
  toolChoice?: 'none' | 'auto' | 'required' | { name: string }
  parallelToolCalls?: boolean
} {
  const offered = typeof choice === 'object' && choice.type === 'mcp' ? bound.filter(isOf(choice.server_label)) : bound
  if (offered.length === 0) return {}
  return {
    tools: offered.map(({ declaration }) => declaration),
    toolChoice: demandOf(offered, choice),
    ...(parallel === undefined ? {} : { parallelToolCalls: parallel }),
  }
}

/** A demand for a tool that is not there asks for nothing in particular. */
function demandOf(
  offered: readonly BoundTool[],
  choice: Toolbox['choice'],
): 'none' | 'auto' | 'required' | { name: string } {
  if (typeof choice === 'string') return choice
  if (choice.type === 'mcp' && choice.name == null) return 'required'
  const wanted = offered.find(({ declaration, server }) =>
    choice.type === 'mcp' ? server?.toolName === choice.name : server === null && declaration.name === choice.name,
  )
  return wanted === undefined ? 'auto' : { name: wanted.declaration.name }
}

function isOf(label: string) {
  return ({ server }: BoundTool): boolean => server?.address.label === label
}

/** The listing of a server, asked with the same secrets. */
export function findListing(listings: readonly McpListing[], server: McpServerAddress): McpListing | undefined {
  const sought = JSON.stringify(server)
  return listings.findLast((listing) => JSON.stringify(listing.server) === sought)
}

export function serverOf({
  server_label: label,
  server_url: url = '',
  authorization,
  headers,
}: McpTool): McpServerAddress {
  return {
    label,
    url,
    ...(authorization === undefined ? {} : { authorization }),
    ...(headers == null ? {} : { headers }),
  }
}
