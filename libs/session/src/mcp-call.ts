import type { McpCallItem } from '@voicebox/protocol'
import { completeWhenDone } from './complete.ts'
import { act, type Draft, makeId, send } from './draft.ts'
import { announceDone, changeEntry, findEntry } from './entries.ts'
import type { McpServerAddress } from './effect.ts'
import type { Input } from './input.ts'
import { failure, tellEnd } from './mcp-call-end.ts'
import { closeOutput, indexOf } from './output.ts'
import { responsesIn } from './responses.ts'
import { serverOf } from './tools.ts'

/** Runs a call whose arguments are whole, on the server that it names. */
export function runCall(draft: Draft, item: McpCallItem, outputIndex: number): void {
  send(draft, { type: 'response.mcp_call.in_progress', item_id: item.id, output_index: outputIndex })
  const server = serverOfCall(draft, item)
  if (server === null) {
    return settleCall(draft, {
      kind: 'tool_failed',
      itemId: item.id,
      error: failure('The server is not known any more.'),
    })
  }
  const { name, arguments: given } = item
  const jobId = makeId(draft, 'job')
  act(draft, { kind: 'call_tool', jobId, itemId: item.id, server, name, arguments: given })
  act(draft, { kind: 'arm_timer', subject: item.id, ms: draft.state.limits.workTimeoutMs })
}

/** A call has ended: in a response, which then goes on, or by itself, after the client approved it. */
export function settleCall(draft: Draft, outcome: Extract<Input, { kind: 'tool_called' | 'tool_failed' }>): void {
  const { itemId } = outcome
  const response = responsesIn(draft.state).find(({ output }) => output.some(({ item }) => item.id === itemId))
  const item =
    response?.output.find((output) => output.item.id === itemId)?.item ?? findEntry(draft.state, itemId)?.item
  if (item?.type !== 'mcp_call' || item.status !== 'in_progress') return
  act(draft, { kind: 'disarm_timer', subject: itemId })
  const settled = settledItem(item, outcome)
  tellEnd(draft, settled, response === undefined ? 0 : indexOf(response, itemId))
  if (response !== undefined) {
    closeOutput(draft, response, settled)
    return completeWhenDone(draft, response.id)
  }
  changeEntry(draft, itemId, { item: settled })
  announceDone(draft, itemId)
}

function settledItem(item: McpCallItem, outcome: Extract<Input, { kind: 'tool_called' | 'tool_failed' }>): McpCallItem {
  return outcome.kind === 'tool_called'
    ? { ...item, status: 'completed', output: outcome.output }
    : { ...item, status: 'incomplete', error: outcome.error }
}

/** The server that the model was offered the tool of. */
function serverOfCall({ state }: Draft, { id, server_label: label }: McpCallItem): McpServerAddress | null {
  const kept = findEntry(state, id)?.server
  if (kept != null) return kept
  const response = responsesIn(state).find(({ output }) => output.some(({ item }) => item.id === id))
  const own = response?.toolbox.tools.find((tool) => tool.type === 'mcp' && tool.server_label === label)
  return own?.type === 'mcp' ? serverOf(own) : null
}
