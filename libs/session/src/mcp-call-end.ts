import type { McpCallItem, McpError } from '@voicebox/protocol'
import { act, type Draft, send } from './draft.ts'

/** Stops a call with its response, and answers what is left of it; what the server still says is void. */
export function abandonCall(draft: Draft, item: McpCallItem, outputIndex: number): McpCallItem {
  act(draft, { kind: 'disarm_timer', subject: item.id })
  act(draft, { kind: 'cancel_work', subject: item.id })
  const settled: McpCallItem = { ...item, status: 'incomplete', error: failure('The call was cancelled.') }
  tellEnd(draft, settled, outputIndex)
  return settled
}

/** Tells whether a call has succeeded. */
export function tellEnd(draft: Draft, { id, error }: McpCallItem, outputIndex: number): void {
  const type = error === null ? 'response.mcp_call.completed' : 'response.mcp_call.failed'
  send(draft, { type, item_id: id, output_index: outputIndex })
}

export function failure(message: string): McpError {
  return { type: 'tool_execution_error', message }
}
