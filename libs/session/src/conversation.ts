import type { ClientEventOf } from '@voicebox/protocol'
import { isAway, withoutAway } from './away.ts'
import { resumeAwaiting } from './awaiting.ts'
import { createdEntry, refusalOfItem, storeCreated } from './created-item.ts'
import { act, type Draft, makeId, send, set } from './draft.ts'
import { addEntry, announceDone, charactersIn, findAnyEntry, findEntry, lastItemId, removeEntry } from './entries.ts'
import { boundKeptAudio } from './kept-audio.ts'
import { answerApproval } from './mcp-approval.ts'
import { entrySoFar } from './output.ts'
import { recallItem } from './recall.ts'
import { missingItem, refuse, type Refusal } from './refuse.ts'
import { responsesIn } from './responses.ts'
import type { Entry, SessionState } from './state.ts'

type CreateEvent = ClientEventOf<'conversation.item.create'>

/** `conversation.item.create`: puts an item at its place. Never creates a response. */
export function createItem(draft: Draft, event: CreateEvent): void {
  const refusal = refusalOf(draft.state, event)
  if (refusal !== null) return refuse(draft, event, refusal)
  const previous = event.previous_item_id ?? lastItemId(draft.state)
  const entry = createdEntry(draft, event.item, event.item.id ?? makeId(draft, 'item'))
  addEntry(draft, entry, previous === 'root' ? null : previous)
  announceDone(draft, entry.item.id)
  storeCreated(draft, event.item, entry)
  boundKeptAudio(draft)
  if (entry.item.type === 'mcp_approval_response') answerApproval(draft, entry.item)
}

/** `conversation.item.retrieve`: shows an item as it stands, with its audio as far as that is kept. */
export function retrieveItem(draft: Draft, event: ClientEventOf<'conversation.item.retrieve'>): void {
  if (isAway(draft.state, event.item_id)) return recallItem(draft, event)
  const entry = findEntry(draft.state, event.item_id)
  if (entry === undefined) {
    return refuse(draft, event, missingItem('item_retrieve_invalid_item_id', 'retrieving', event.item_id))
  }
  const { item, audio, audioMs } = asItStands(draft.state, entry)
  if (audio === null) return send(draft, { type: 'conversation.item.retrieved', item })
  const { input, output } = draft.state.session.audio
  const format = audio === 'heard' ? input.format : output.format
  act(draft, { kind: 'show_item', item, audio: { origin: audio, ms: audioMs, format } })
}

/** An item that is being spoken is shown as far as it has come. */
function asItStands(state: SessionState, entry: Entry): Entry {
  const response = responsesIn(state).find(({ output }) => output.some(({ item }) => item.id === entry.item.id))
  return response === undefined ? entry : entrySoFar(response, entry)
}

/** `conversation.item.delete`: takes an item out of the conversation; a response that waits for its words waits no more. */
export function deleteItem(draft: Draft, event: ClientEventOf<'conversation.item.delete'>): void {
  if (isAway(draft.state, event.item_id)) return deleteAway(draft, event.item_id)
  const entry = findEntry(draft.state, event.item_id)
  if (entry === undefined) {
    return refuse(draft, event, missingItem('item_delete_invalid_item_id', 'deleting', event.item_id))
  }
  removeEntry(draft, entry)
  send(draft, { type: 'conversation.item.deleted', item_id: event.item_id })
  resumeAwaiting(draft, event.item_id)
}

function deleteAway(draft: Draft, itemId: string): void {
  set(draft, { away: withoutAway(draft.state.away, itemId) })
  act(draft, { kind: 'forget_item', itemId })
  send(draft, { type: 'conversation.item.deleted', item_id: itemId })
}

function refusalOf(state: SessionState, event: CreateEvent): Refusal | null {
  const { previous_item_id: previous, item } = event
  if (previous != null && previous !== 'root' && findEntry(state, previous) === undefined && !isAway(state, previous)) {
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
  return refusalOfItem(state, item, 'item')
}

/** Whether an id names an item, what will become one or is still worked on, or the place before all items. */
function isTaken(state: SessionState, id: string): boolean {
  if (id === 'root' || id === state.buffer.itemId || findAnyEntry(state, id) !== undefined) return true
  if (isAway(state, id)) return true
  const isListing = state.listings.some(({ itemId, status }) => itemId === id && status === 'in_progress')
  return isListing || responsesIn(state).some(({ output }) => output.some(({ item }) => item.id === id))
}
