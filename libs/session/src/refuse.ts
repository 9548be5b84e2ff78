import { type Draft, send } from './draft.ts'
import type { Input } from './input.ts'

/** A refusal's machine-readable part; `param` is the dotted path of what was wrong, where one field was. */
export interface Refusal {
  code: string
  message: string
  param?: string
  type?: 'invalid_request_error' | 'server_error' | 'rate_limit_error'
}

/** Answers a client event (or, with null, what nobody asked for) with an `error`; nothing else happens. */
export function refuse(draft: Draft, event: { event_id?: string | undefined } | null, refusal: Refusal): void {
  tellError(draft, { ...refusal, event_id: event?.event_id ?? null })
}

/** Tells of an error: by default the client's fault, about no field and no event. */
export function tellError(draft: Draft, error: Extract<Input, { kind: 'refused' }>['error']): void {
  const { type = 'invalid_request_error', code, message, param = null, event_id = null } = error
  send(draft, { type: 'error', error: { type, code, message, param, event_id } })
}

/** Why nothing but looking at it can be done with an item that was put away. */
export function awayRefusal(code: string, itemId: string, param?: string): Refusal {
  const message = `The item with id '${itemId}' is not at hand any more, only in history: it can be retrieved or deleted.`
  return { code, message, ...(param === undefined ? {} : { param }) }
}

/** The refusal of an event about an item that the conversation does not have. */
export function missingItem(code: string, doing: string, itemId: string): Refusal {
  return { code, message: `Error ${doing} item: the item with id '${itemId}' does not exist.` }
}
