import type { ResponseId } from '@voicebox/kernel'
import type { ResponseObject } from '@voicebox/protocol'
import { act, type Draft, send } from './draft.ts'
import { removeEntry } from './entries.ts'
import { awaitUser } from './await-user.ts'
import { boundKeptAudio } from './kept-audio.ts'
import { abandonCall } from './mcp-call-end.ts'
import { closeMessage, closeOutput, indexOf } from './output.ts'
import { dropResponse, findResponse } from './responses.ts'
import type { ActiveResponse, Output, ResponseFailure } from './state.ts'
import { tellWholeArguments } from './tell-arguments.ts'
import { usageOf } from './usage.ts'

export type Outcome = Pick<ResponseObject, 'status' | 'status_details'>

/**
 * Ends a response in flight: what is open of it is closed with what there is, `response.done` is the last of it, and
 * whatever workers still make for it is void.
 */
export function endResponse(draft: Draft, { id }: ActiveResponse, outcome: Outcome): void {
  const isWhole = outcome.status === 'completed'
  act(draft, { kind: 'disarm_timer', subject: id })
  if (!isWhole) act(draft, { kind: 'cancel_work', subject: id })
  for (let open = firstOpen(draft, id); open !== null; open = firstOpen(draft, id)) {
    closeAsItIs(draft, open.response, open.output, isWhole)
  }
  const response = findResponse(draft.state, id)
  if (response === null) return
  dropResponse(draft, response)
  dropAsides(draft, response)
  const output = response.output.map(({ item }) => item)
  const usage = usageOf(response)
  send(draft, { type: 'response.done', response: { ...response.object, ...outcome, output, usage } })
  act(draft, { kind: 'settle', responseId: id, tokens: usage.total_tokens })
  boundKeptAudio(draft)
  if (response.isInConversation) awaitUser(draft)
}

export function fail(
  draft: Draft,
  response: ActiveResponse,
  { code, message, type = 'server_error' }: ResponseFailure,
): void {
  const error = { type, code, message }
  endResponse(draft, response, { status: 'failed', status_details: { type: 'failed', error } })
}

function firstOpen({ state }: Draft, id: ResponseId): { response: ActiveResponse; output: Output } | null {
  const response = findResponse(state, id)
  const output = response?.output.find(({ phase }) => phase !== 'done')
  return response === null || output === undefined ? null : { response, output }
}

function closeAsItIs(draft: Draft, response: ActiveResponse, { item, phase }: Output, isWhole: boolean): void {
  const status = isWhole ? 'completed' : 'incomplete'
  if (item.type === 'message') return closeMessage(draft, response, status)
  if (phase === 'open') tellWholeArguments(draft, response, item)
  const isRunning = item.type === 'mcp_call' && phase === 'running'
  closeOutput(draft, response, isRunning ? abandonCall(draft, item, indexOf(response, item.id)) : { ...item, status })
}

/** What a response was given to read goes with it. */
function dropAsides(draft: Draft, { itemIds }: ActiveResponse): void {
  for (const entry of draft.state.asides) {
    if (itemIds.includes(entry.item.id)) removeEntry(draft, entry)
  }
}
