import type { ItemId } from '@voicebox/kernel'
import type { Item } from '@voicebox/protocol'
import { isAway, itemBefore, lastAway, placeOfAway } from './away.ts'
import { act, type Draft, send, set } from './draft.ts'
import type { Effect } from './effect.ts'
import { positionAt, spreadOut } from './position.ts'
import { responsesIn } from './responses.ts'
import type { Entry, SessionState } from './state.ts'
import { charactersOf, contextOf } from './words.ts'

/** An item of which nothing is known but itself. */
export function entryOf(item: Item, fields: Partial<Omit<Entry, 'item'>> = {}): Entry {
  return {
    item,
    position: 0,
    transcription: 'none',
    told: '',
    audioMs: 0,
    audio: null,
    segments: [],
    heard: null,
    server: null,
    isAnswered: false,
    characters: 0,
    isLeftOut: false,
    ...fields,
  }
}

export function findEntry(state: SessionState, itemId: ItemId): Entry | undefined {
  return state.entries.find((entry) => entry.item.id === itemId)
}

/** An entry of the conversation, or of what a response was given to read. */
export function findAnyEntry(state: SessionState, itemId: ItemId): Entry | undefined {
  return findEntry(state, itemId) ?? state.asides.find((entry) => entry.item.id === itemId)
}

export function lastItemId(state: SessionState): ItemId | null {
  return itemBefore(state, state.entries.length)
}

/** What the language model shall see of an entry. */
export function contextOfEntry(state: SessionState, { item, heard }: Entry): ReturnType<typeof contextOf> {
  if (item.type !== 'mcp_approval_response') return contextOf(item, { heard })
  const request = findEntry(state, item.approval_request_id)?.item
  return contextOf(item, { request: request?.type === 'mcp_approval_request' ? request : null })
}

/** How much text the entries have, as the model sees it; pictures count as their data URIs. */
export function charactersIn(entries: readonly Entry[]): number {
  return entries.reduce((sum, { characters }) => sum + characters, 0)
}

/** The entry with its text counted, which is asked for with every item that is created. */
export function counted(state: SessionState, entry: Entry): Entry {
  return { ...entry, characters: charactersOf(contextOfEntry(state, entry)) }
}

/** Puts an item into the conversation after `previousItemId` (null: first), saves it and announces it. What was put away stays together: behind all of it, then. */
export function addEntry(draft: Draft, entry: Entry, previousItemId: ItemId | null): void {
  const isBehindAway = previousItemId !== null && isAway(draft.state, previousItemId)
  const at = isBehindAway ? (placeOfAway(draft.state) ?? 0) : indexOf(draft.state, previousItemId) + 1
  const placed = { ...counted(draft.state, entry), position: roomAt(draft, at, isBehindAway) }
  const { entries, joined } = draft.state
  set(draft, { entries: entries.toSpliced(at, 0, placed), joined: joined + 1 })
  save(draft, entry)
  const previous = isBehindAway ? lastAway(draft.state) : previousItemId
  send(draft, { type: 'conversation.item.added', previous_item_id: previous, item: entry.item })
}

function indexOf({ entries }: SessionState, itemId: ItemId | null): number {
  return entries.findIndex(({ item }) => item.id === itemId)
}

/** The position of an entry that comes there. Where there is no room all are spread out, and saved for that. */
function roomAt(draft: Draft, at: number, isBehindAway: boolean): number {
  const position = positionAt(draft.state, at, isBehindAway)
  if (position !== null) return position
  const entries = spreadOut(draft.state)
  set(draft, { entries, joined: draft.state.joined + entries.length })
  for (const entry of entries) save(draft, entry)
  return roomAt(draft, at, isBehindAway)
}

/** Announces that an item is final. */
export function announceDone(draft: Draft, itemId: ItemId): void {
  const at = indexOf(draft.state, itemId)
  const entry = draft.state.entries[at]
  if (entry === undefined) return
  const previous = itemBefore(draft.state, at)
  send(draft, { type: 'conversation.item.done', previous_item_id: previous, item: entry.item })
}

/** Changes an entry in its place, wherever it is; what the model sees of it is saved anew. One that is gone stays gone. */
export function changeEntry(draft: Draft, itemId: ItemId, fields: Partial<Entry>): void {
  const isOtherText = 'item' in fields || 'heard' in fields
  const changed = (entry: Entry): Entry => {
    if (entry.item.id !== itemId) return entry
    const next = { ...entry, ...fields }
    return isOtherText ? counted(draft.state, next) : next
  }
  set(draft, { entries: draft.state.entries.map(changed), asides: draft.state.asides.map(changed) })
  const entry = findAnyEntry(draft.state, itemId)
  if (entry !== undefined && isOtherText) save(draft, entry)
}

/** Takes an entry out of the conversation. What it held is freed; what was still worked on for it is stopped. */
export function removeEntry(draft: Draft, entry: Entry): void {
  const itemId = entry.item.id
  set(draft, {
    entries: draft.state.entries.filter((other) => other !== entry),
    asides: draft.state.asides.filter((other) => other !== entry),
  })
  if (entry.transcription === 'pending' || isRunningAlone(draft.state, entry)) {
    act(draft, { kind: 'disarm_timer', subject: itemId })
    act(draft, { kind: 'cancel_work', subject: itemId })
  }
  act(draft, { kind: 'forget_item', itemId })
  const isBeingSpoken = entry.item.type === 'message' && entry.item.status === 'in_progress'
  if (entry.audio !== null || isBeingSpoken) act(draft, { kind: 'free_audio', itemId })
}

/** A call that the client approved, which no response waits for. */
export function isRunningAlone(state: SessionState, { item }: Entry): boolean {
  if (item.type !== 'mcp_call' || item.status !== 'in_progress') return false
  return responsesIn(state).every(({ output }) => output.every((other) => other.item.id !== item.id))
}

export function save(draft: Draft, entry: Entry): void {
  act(draft, saveOf(draft.state, entry))
}

export function saveOf(state: SessionState, entry: Entry): Extract<Effect, { kind: 'save_item' }> {
  return { kind: 'save_item', item: entry.item, context: contextOfEntry(state, entry) }
}
