import type { ItemId } from '@voicebox/kernel'
import type { ClientEventOf } from '@voicebox/protocol'
import { isAway } from './away.ts'
import { act, type Draft, send, set } from './draft.ts'
import type { Input } from './input.ts'
import { missingItem, refuse, type Refusal } from './refuse.ts'

/** How many retrievals may wait for history. */
const maxRecalls = 16

/** `conversation.item.retrieve` of an item that was put away: history is asked, and nothing waits for its answer but this. */
export function recallItem(
  draft: Draft,
  { item_id: itemId, event_id }: ClientEventOf<'conversation.item.retrieve'>,
): void {
  const { recalls } = draft.state
  if (recalls.length >= maxRecalls) return refuse(draft, { event_id }, tooMany)
  set(draft, { recalls: [...recalls, { itemId, eventId: event_id ?? null }] })
  if (recalls.every((other) => other.itemId !== itemId)) act(draft, { kind: 'recall_item', itemId })
}

/** History has answered, or cannot. An item that was deleted meanwhile is not there, whatever history had of it. */
export function settleRecall(draft: Draft, outcome: Extract<Input, { kind: 'item_recalled' | 'recall_failed' }>): void {
  const { itemId } = outcome
  const { recalls } = draft.state
  const own = recalls.filter((recall) => recall.itemId === itemId)
  if (own.length === 0) return
  set(draft, { recalls: recalls.filter((recall) => recall.itemId !== itemId) })
  const missing = missingItem('item_retrieve_invalid_item_id', 'retrieving', itemId)
  for (const { eventId } of own) {
    const about = { event_id: eventId ?? undefined }
    if (!isAway(draft.state, itemId)) refuse(draft, about, missing)
    else if (outcome.kind === 'recall_failed') refuse(draft, about, unavailable(itemId))
    else if (outcome.item === null) refuse(draft, about, missing)
    else send(draft, { type: 'conversation.item.retrieved', item: outcome.item })
  }
}

/** Asks again what the process before may not have asked. */
export function recallAgain(draft: Draft): void {
  const itemIds = new Set<ItemId>(draft.state.recalls.map(({ itemId }) => itemId))
  for (const itemId of itemIds) act(draft, { kind: 'recall_item', itemId })
}

const tooMany: Refusal = {
  type: 'rate_limit_error',
  code: 'too_many_retrievals',
  message: `At most ${maxRecalls} items of earlier on may be retrieved at a time: wait until one is there.`,
}

const unavailable = (itemId: ItemId): Refusal => ({
  type: 'server_error',
  code: 'history_unavailable',
  message: `The item with id '${itemId}' is in history, which cannot be read at the moment. Please try again.`,
})
