import type { McpListedTool, McpTool } from '@voicebox/protocol'
import type { McpServerAddress } from './effect.ts'
import { needsApproval, isAllowed } from './mcp-filter.ts'
import type { BoundTool, McpListing, SessionState, Toolbox } from './state.ts'

/** What the model may call with these tools, as far as their servers have listed them. Names are unique: of two, the later is named with its server. */
export function boundTools(
  { listings }: Pick<SessionState, 'listings'>,
  { tools }: Pick<Toolbox, 'tools'>,
): BoundTool[] {
  const bound = new Map<string, BoundTool>()
  for (const tool of tools) {
    if (tool.type === 'function') {
      const { type: _type, ...declaration } = tool
      bound.set(tool.name, { declaration, server: null })
      continue
    }
    for (const listed of listedTools(listings, tool)) {
      const name = bound.has(listed.name) ? `${tool.server_label}__${listed.name}` : listed.name
      const { description, input_schema: parameters } = listed
      const server = { label: tool.server_label, toolName: listed.name, needsApproval: needsApproval(tool, listed) }
      bound.set(name, { declaration: { name, description, parameters }, server })
    }
  }
  return [...bound.values()]
}

function listedTools(listings: readonly McpListing[], tool: McpTool): McpListedTool[] {
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
  return ({ server }: BoundTool): boolean => server?.label === label
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
