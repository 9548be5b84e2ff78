import type { McpApprovalRequestItem, McpCallItem } from '@voicebox/protocol'
import { type Draft, makeId } from './draft.ts'
import { addEntry, entryOf, findEntry, lastItemId } from './entries.ts'
import { runCall } from './mcp-call.ts'
import type { Refusal } from './refuse.ts'
import type { SessionState } from './state.ts'

interface Answer {
  approval_request_id: string
  approve: boolean
}

/** The client has answered a request: what it approved is run now, outside any response. */
export function answerApproval(draft: Draft, { approval_request_id: requestId, approve }: Answer): void {
  const request = findEntry(draft.state, requestId)
  if (!approve || request?.item.type !== 'mcp_approval_request') return
  const item = approvedCall(draft, request.item)
  addEntry(draft, entryOf(item, { server: request.server }), lastItemId(draft.state))
  runCall(draft, item, 0)
}

/** Why an answer cannot be taken: there is no such request, or it was answered before. */
export function refusalOfApproval(state: SessionState, requestId: string, param: string): Refusal | null {
  const at = `${param}.approval_request_id`
  const request = findEntry(state, requestId)?.item
  // one that is still being written, or was cut short, asks for nothing yet
  if (request?.type !== 'mcp_approval_request' || request.status !== 'completed') {
    return { code: 'invalid_value', message: `Approval request '${requestId}' not found in conversation.`, param: at }
  }
  const isAnswered = state.entries.some(
    ({ item }) => item.type === 'mcp_approval_response' && item.approval_request_id === requestId,
  )
  if (!isAnswered) return null
  return { code: 'invalid_value', message: `Approval request '${requestId}' was answered before.`, param: at }
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
