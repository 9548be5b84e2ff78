import { type Draft, makeId } from './draft.ts'
import { keepAlive } from './keep-alive.ts'
import type { Input } from './input.ts'
import { runCall } from './mcp-call.ts'
import { changeOutput, closeOutput, openOutput } from './output.ts'
import { findResponse } from './responses.ts'
import type { ActiveResponse, BoundTool } from './state.ts'
import { type CallItem, tellArguments, tellWholeArguments } from './tell-arguments.ts'

/** The model began a call: its item is opened, as a call of the client's function or of an MCP tool. The call before it is whole. */
export function startCall(draft: Draft, { responseId, call, name }: Extract<Input, { kind: 'call_started' }>): void {
  const response = writingResponse(draft, responseId)
  // a model that calls although it must not is not obeyed
  if (response?.toolbox.choice === 'none') return
  if (response === null || response.output.some((output) => output.call === call)) return
  finishCalls(draft, responseId)
  const current = findResponse(draft.state, responseId)
  if (current === null) return
  const tool = response.offered.find(({ declaration }) => declaration.name === name)
  openOutput(draft, current, callItem(draft, name, tool?.server ?? null), {
    call,
    server: tool?.server?.address ?? null,
  })
  keepAlive(draft, responseId)
}

/** More of a call's arguments. */
export function receiveArguments(draft: Draft, input: Extract<Input, { kind: 'call_arguments' }>): void {
  const response = writingResponse(draft, input.responseId)
  const open = response?.output.find(({ call, phase }) => call === input.call && phase === 'open')
  if (response === null || open === undefined || open.item.type === 'message' || input.text === '') return
  tellArguments(draft, response, open.item, input.text)
  changeOutput(draft, response, { ...open.item, arguments: open.item.arguments + input.text }, 'open')
  keepAlive(draft, input.responseId)
}

/** The arguments of the call so far are whole: a function is the client's now, and an MCP tool is run. */
export function finishCalls(draft: Draft, responseId: ActiveResponse['id']): void {
  const response = findResponse(draft.state, responseId)
  const open = response?.output.find(({ call, phase }) => call !== null && phase === 'open')
  if (response === null || open === undefined || open.item.type === 'message') return
  const item = withArguments(draft, response, open.item)
  tellWholeArguments(draft, response, item)
  if (item.type === 'mcp_call') {
    changeOutput(draft, response, item, 'running')
    return runCall(draft, item, response.output.indexOf(open))
  }
  closeOutput(draft, response, { ...item, status: 'completed' })
}

/** A call without any arguments has the empty object: clients read them as JSON. */
function withArguments(draft: Draft, response: ActiveResponse, item: CallItem): CallItem {
  if (item.arguments !== '') return item
  tellArguments(draft, response, item, '{}')
  return { ...item, arguments: '{}' }
}

/** A response whose model has not said everything yet. */
function writingResponse({ state }: Draft, responseId: ActiveResponse['id']): ActiveResponse | null {
  const response = findResponse(state, responseId)
  return response?.finish === null ? response : null
}

function callItem(draft: Draft, name: string, server: BoundTool['server']): CallItem {
  const identity = { id: makeId(draft, 'item'), object: 'realtime.item', status: 'in_progress', arguments: '' } as const
  if (server === null) return { ...identity, type: 'function_call', call_id: makeId(draft, 'call'), name }
  const tool = { server_label: server.address.label, name: server.toolName }
  return server.needsApproval
    ? { ...identity, type: 'mcp_approval_request', ...tool }
    : { ...identity, type: 'mcp_call', ...tool, approval_request_id: null, output: null, error: null }
}
