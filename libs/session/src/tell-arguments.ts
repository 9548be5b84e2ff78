import { type Draft, send } from './draft.ts'
import { indexOf } from './output.ts'
import type { ActiveResponse, OutputItem } from './state.ts'

/** An item of a response that calls something. */
export type CallItem = Exclude<OutputItem, { type: 'message' }>

/** Tells more of a call's arguments; an approval request is told as a whole only. */
export function tellArguments(draft: Draft, response: ActiveResponse, item: CallItem, delta: string): void {
  const at = addressOf(response, item)
  if (item.type === 'mcp_call') {
    send(draft, { type: 'response.mcp_call_arguments.delta', ...at, delta, obfuscation: '' })
  } else if (item.type === 'function_call') {
    send(draft, { type: 'response.function_call_arguments.delta', ...at, call_id: item.call_id, delta })
  }
}

/** Tells what a call's arguments came to. */
export function tellWholeArguments(draft: Draft, response: ActiveResponse, item: CallItem): void {
  const at = addressOf(response, item)
  if (item.type === 'mcp_call') {
    send(draft, { type: 'response.mcp_call_arguments.done', ...at, arguments: item.arguments })
  } else if (item.type === 'function_call') {
    const { call_id, name, arguments: whole } = item
    send(draft, { type: 'response.function_call_arguments.done', ...at, call_id, name, arguments: whole })
  }
}

function addressOf(
  response: ActiveResponse,
  { id }: CallItem,
): {
  response_id: string
  item_id: string
  output_index: number
} {
  return { response_id: response.id, item_id: id, output_index: indexOf(response, id) }
}
