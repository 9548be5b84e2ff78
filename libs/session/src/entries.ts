import type { ItemId } from '@voicebox/kernel'
import type { Item } from '@voicebox/protocol'
import { act, type Draft, send, set } from './draft.ts'
import type { Entry, SessionState } from './state.ts'
import { wordsOf } from './words.ts'

export function findEntry(state: SessionState, itemId: ItemId): Entry | undefined {
  return state.entries.find((entry) => entry.item.id === itemId)
}

export function lastItemId(state: SessionState): ItemId | null {
  return state.entries.at(-1)?.item.id ?? null
}

/** How much text the entries have, spoken words included. */
export function charactersIn(entries: readonly Entry[]): number {
  return entries.reduce((sum, entry) => sum + (wordsOf(entry.item)?.text.length ?? 0), 0)
}

/** Puts an item into the conversation after `previousItemId` (null: first), saves it and announces it. */
export function addEntry(draft: Draft, entry: Entry, previousItemId: ItemId | null): void {
  const at = draft.state.entries.findIndex((other) => other.item.id === previousItemId) + 1
  set(draft, { entries: draft.state.entries.toSpliced(at, 0, entry) })
  act(draft, { kind: 'save_item', item: entry.item })
  send(draft, { type: 'conversation.item.added', previous_item_id: previousItemId, item: entry.item })
}

/** Announces that an item is final. */
export function announceDone(draft: Draft, itemId: ItemId): void {
  const at = draft.state.entries.findIndex((entry) => entry.item.id === itemId)
  const entry = draft.state.entries[at]
  if (entry === undefined) return
  const previous = at > 0 ? (draft.state.entries[at - 1]?.item.id ?? null) : null
  send(draft, { type: 'conversation.item.done', previous_item_id: previous, item: entry.item })
}

/** Changes an entry in its place; with a new item it is saved too. */
export function changeEntry(
  draft: Draft,
  itemId: ItemId,
  fields: Partial<Omit<Entry, 'item'>> & { item?: Item },
): void {
  const entries = draft.state.entries.map((entry) => (entry.item.id === itemId ? { ...entry, ...fields } : entry))
  set(draft, { entries })
  if (fields.item !== undefined) act(draft, { kind: 'save_item', item: fields.item })
}
