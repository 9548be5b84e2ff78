import type { McpListedTool, McpListToolsItem, Tool } from '@voicebox/protocol'
import { resumeAwaiting } from './awaiting.ts'
import { act, type Draft, makeId, send, set } from './draft.ts'
import { addEntry, announceDone, changeEntry, entryOf, findEntry, lastItemId } from './entries.ts'
import type { McpServerAddress } from './effect.ts'
import type { Input } from './input.ts'
import { responsesIn } from './responses.ts'
import type { McpListing } from './state.ts'
import { findListing, serverOf } from './tools.ts'

/**
 * Asks the servers among these tools for what they have, unless that is known or under way; answers the items of those
 * under way. It is shown in the conversation, unless it is for a response outside it.
 */
export function listServers(draft: Draft, tools: readonly Tool[], isShown = true): string[] {
  return tools.flatMap((tool) => {
    if (tool.type !== 'mcp') return []
    const server = serverOf(tool)
    const found = findListing(draft.state.listings, server)
    // one that nobody was shown is no answer to who shall see it
    const known = isShown && found?.isShown === false ? undefined : found
    if (known?.status === 'completed') return []
    return [known?.status === 'in_progress' ? known.itemId : startListing(draft, server, isShown)]
  })
}

function startListing(draft: Draft, server: McpServerAddress, isShown: boolean): string {
  const itemId = makeId(draft, 'item')
  const listing: McpListing = { itemId, server, status: 'in_progress', isShown, tools: [] }
  set(draft, { listings: [...usefulListings(draft), listing] })
  if (isShown) {
    addEntry(draft, entryOf(itemOf(listing, 'in_progress')), lastItemId(draft.state))
    send(draft, { type: 'mcp_list_tools.in_progress', item_id: itemId })
  }
  act(draft, { kind: 'list_tools', jobId: makeId(draft, 'job'), itemId, server })
  act(draft, { kind: 'arm_timer', subject: itemId, ms: draft.state.limits.workTimeoutMs })
  return itemId
}

/** Listings that are kept because a response in flight may use them. */
const maxUsed = 64

/** A listing that failed, or that nothing refers to any more, gives way to new ones; the session's own never do, nor one under way. */
function usefulListings({ state }: Draft): McpListing[] {
  const own = new Set(
    state.session.tools.flatMap((tool) => (tool.type === 'mcp' ? [JSON.stringify(serverOf(tool))] : [])),
  )
  const isOwn = ({ server }: McpListing): boolean => own.has(JSON.stringify(server))
  const completed = state.listings.filter(({ status }) => status === 'completed')
  const used = responsesIn(state).length > 0 ? completed.filter((listing) => !isOwn(listing)).slice(-maxUsed) : []
  return state.listings.filter(
    (listing) =>
      listing.status === 'in_progress' ||
      (listing.status === 'completed' && (isOwn(listing) || used.includes(listing))),
  )
}

/** A server has answered, or cannot be asked. */
export function settleListing(
  draft: Draft,
  outcome: Extract<Input, { kind: 'tools_listed' | 'listing_failed' }>,
): void {
  const { itemId } = outcome
  const listing = draft.state.listings.find((other) => other.itemId === itemId)
  if (listing?.status !== 'in_progress') return
  const isListed = outcome.kind === 'tools_listed'
  const tools: readonly McpListedTool[] = isListed ? outcome.tools : []
  const settled: McpListing = { ...listing, status: isListed ? 'completed' : 'failed', tools }
  set(draft, { listings: draft.state.listings.map((other) => (other.itemId === itemId ? settled : other)) })
  act(draft, { kind: 'disarm_timer', subject: itemId })
  // one whose item was deleted is told of no more
  if (findEntry(draft.state, itemId) !== undefined) {
    send(draft, { type: isListed ? 'mcp_list_tools.completed' : 'mcp_list_tools.failed', item_id: itemId })
    changeEntry(draft, itemId, { item: itemOf(settled, isListed ? 'completed' : 'incomplete') })
    announceDone(draft, itemId)
  }
  resumeAwaiting(draft, itemId)
}

function itemOf({ itemId, server, tools }: McpListing, status: McpListToolsItem['status']): McpListToolsItem {
  return {
    id: itemId,
    object: 'realtime.item',
    type: 'mcp_list_tools',
    status,
    server_label: server.label,
    tools: [...tools],
  }
}
