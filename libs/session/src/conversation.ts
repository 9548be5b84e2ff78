import type { ClientEventOf, Item, ItemInput } from '@voicebox/protocol'
import { type Draft, makeId, send } from './draft.ts'
import { addEntry, announceDone, charactersIn, findEntry, lastItemId } from './entries.ts'
import { refuse, type Refusal } from './refuse.ts'
import type { SessionState } from './state.ts'
import { unsupportedItem } from './unsupported.ts'

type CreateEvent = ClientEventOf<'conversation.item.create'>

/** `conversation.item.create`: puts an item at its place. Never creates a response. */
export function createItem(draft: Draft, event: CreateEvent): void {
  const refusal = refusalOf(draft.state, event)
  if (refusal !== null) return refuse(draft, event, refusal)
  const { previous_item_id: previous = lastItemId(draft.state) } = event
  const item = itemFrom(event.item, event.item.id ?? makeId(draft, 'item'))
  if (item === null) return
  addEntry(draft, { item, transcription: 'none', audioMs: 0 }, previous === 'root' ? null : previous)
  announceDone(draft, item.id)
}

/** `conversation.item.retrieve`: shows an item as it stands. */
export function retrieveItem(draft: Draft, event: ClientEventOf<'conversation.item.retrieve'>): void {
  const entry = findEntry(draft.state, event.item_id)
  if (entry !== undefined) return send(draft, { type: 'conversation.item.retrieved', item: entry.item })
  refuse(draft, event, {
    code: 'item_retrieve_invalid_item_id',
    message: `Error retrieving item: the item with id '${event.item_id}' does not exist.`,
  })
}

function refusalOf(state: SessionState, event: CreateEvent): Refusal | null {
  const { previous_item_id: previous, item } = event
  if (previous != null && previous !== 'root' && findEntry(state, previous) === undefined) {
    return {
      code: 'invalid_value',
      message: `Previous item with id '${previous}' not found in conversation.`,
      param: 'previous_item_id',
    }
  }
  if (item.id !== undefined && isTaken(state, item.id)) {
    return { code: 'invalid_value', message: `An item with id '${item.id}' already exists.`, param: 'item.id' }
  }
  const { entries, limits } = state
  if (entries.length >= limits.items || charactersIn(entries) >= limits.characters) {
    const message = `A conversation holds at most ${limits.items} items and ${limits.characters} characters.`
    return { code: 'conversation_full', message }
  }
  return unsupportedItem(item)
}

/** Whether an id names an item, the utterance that is being spoken, or the place before all items. */
function isTaken(state: SessionState, id: string): boolean {
  return id === 'root' || id === state.buffer.itemId || findEntry(state, id) !== undefined
}

/** The item as the conversation keeps it; null for kinds that `unsupportedItem` refuses. */
function itemFrom(input: ItemInput, id: string): Item | null {
  if (input.type !== 'message') return null
  const identity = { id, object: 'realtime.item', type: 'message', status: 'completed' } as const
  if (input.role === 'user') {
    return { ...identity, role: 'user', content: input.content.filter((part) => part.type === 'input_text') }
  }
  return input.role === 'system'
    ? { ...identity, role: 'system', content: input.content }
    : { ...identity, role: 'assistant', content: input.content }
}
