import type { McpApprovalRequestItem, McpCallItem } from '@voicebox/protocol'
import { type Draft, makeId } from './draft.ts'
import type { McpServerAddress } from './effect.ts'
import { addEntry, changeEntry, entryOf, findEntry, lastItemId } from './entries.ts'
import { runCall } from './mcp-call.ts'
import type { Refusal } from './refuse.ts'
import type { SessionState } from './state.ts'
import { listedTools, serverOf } from './tools.ts'

interface Answer {
  approval_request_id: string
  approve: boolean
}

/** The client has answered a request: what it approved is run now, outside any response. */
export function answerApproval(draft: Draft, { approval_request_id: requestId, approve }: Answer): void {
  const request = findEntry(draft.state, requestId)
  if (request?.item.type !== 'mcp_approval_request') return
  const server = request.server ?? serverOfRestored(draft.state, request.item)
  changeEntry(draft, requestId, { isAnswered: true })
  if (!approve) return
  const item = approvedCall(draft, request.item)
  addEntry(draft, entryOf(item, { server }), lastItemId(draft.state))
  runCall(draft, item, 0)
}

/** Why an answer cannot be taken: there is no such request, or it was answered before. */
export function refusalOfApproval(state: SessionState, requestId: string, param: string): Refusal | null {
  const at = `${param}.approval_request_id`
  const entry = findEntry(state, requestId)
  const request = entry?.item
  // one that is still being written, or was cut short, asks for nothing yet
  if (entry === undefined || request?.type !== 'mcp_approval_request' || request.status !== 'completed') {
    return { code: 'invalid_value', message: `Approval request '${requestId}' not found in conversation.`, param: at }
  }
  if (entry.isAnswered) {
    return { code: 'invalid_value', message: `Approval request '${requestId}' was answered before.`, param: at }
  }
  if (entry.server !== null || serverOfRestored(state, request) !== null) return null
  const message = `Approval request '${requestId}' is for no tool that the session offers.`
  return { code: 'invalid_value', message, param: at }
}

/**
 * The server that a request goes to which a client restored: only for a tool that the session offers now, so that nobody
 * gets more by writing a request than the model would by calling.
 */
function serverOfRestored(
  { session, listings }: SessionState,
  { server_label, name }: McpApprovalRequestItem,
): McpServerAddress | null {
  const tool = session.tools.find((one) => one.type === 'mcp' && one.server_label === server_label)
  if (tool?.type !== 'mcp') return null
  return listedTools(listings, tool).some((listed) => listed.name === name) ? serverOf(tool) : null
}

function approvedCall(draft: Draft, { id, server_label, name, arguments: given }: McpApprovalRequestItem): McpCallItem {
  return {
    id: makeId(draft, 'item'),
    object: 'realtime.item',
    type: 'mcp_call',
    status: 'in_progress',
    server_label,
    name,
    arguments: given,
    approval_request_id: id,
    output: null,
    error: null,
  }
}
