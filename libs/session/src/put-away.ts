import { countAway, placeOfAway, withOldest } from './away.ts'
import { placesToCut } from './context-window.ts'
import { act, type Draft, set } from './draft.ts'
import { charactersIn } from './entries.ts'
import { responsesIn } from './responses.ts'
import type { Entry, SessionState } from './state.ts'

/** Of what a conversation may hold, from when on room is made, so that it need not be full because an answer is under way, */
const nearlyFull = 7 / 8
/** and how much stays, so that it is not made with each item. */
const roomy = 3 / 4
/** How many ids of what was put away a session keeps. */
const maxAway = 100_000

/** Puts the oldest entries away once the conversation is nearly full, where history has them. `before`: the state that the step began with. */
export function makeRoom(draft: Draft, before: SessionState): void {
  const { state } = draft
  if (!state.limits.keepsHistory || isAsBefore(state, before) || !isBeyond(nearlyFull, state)) return
  const count = howManyGo(state)
  if (count === 0) return
  set(draft, { entries: state.entries.slice(count), away: withOldest(state, count) })
  for (const { item, position, audio } of state.entries.slice(0, count)) {
    if (audio !== null) act(draft, { kind: 'free_audio', itemId: item.id })
    act(draft, { kind: 'put_away', itemId: item.id, position })
  }
}

/** Nothing has joined, nothing has come to rest. */
function isAsBefore(state: SessionState, before: SessionState): boolean {
  const { entries, session } = before
  const isSame = state.entries === entries && state.session === session
  return isSame && responsesIn(state).length === responsesIn(before).length
}

/**
 * What is in use stays, and the last entry. What nobody has answered yet stays too, and a call goes with its output, unless the
 * conversation would be full for that: a late output is refused, and one without its call is not put to the model.
 */
function howManyGo(state: SessionState): number {
  const { entries } = state
  const free = prefix(entries, isFree(state))
  const settled = Math.min(free, prefix(entries, isAnswered(entries)))
  const first = Math.max(1, placeOfAway(state) ?? 0)
  const last = maxAway - countAway(state)
  const among = (places: readonly number[], upTo: number): number[] =>
    places.filter((place) => place >= first && place <= Math.min(last, upTo))
  const count = enough(state, among(placesToCut(entries), settled))
  const isFull = isBeyond(1, { ...state, entries: entries.slice(count) })
  return isFull ? enough(state, among([...entries.keys()], free)) : count
}

/** The first of these places behind which the conversation has room again; else the last; 0: there is none. */
function enough({ entries, limits }: SessionState, places: readonly number[]): number {
  let characters = charactersIn(entries)
  let from = 0
  for (const place of places) {
    if (entries.length - from <= roomy * limits.items && characters <= roomy * limits.characters) break
    characters -= charactersIn(entries.slice(from, place))
    from = place
  }
  return from
}

function isBeyond(share: number, { entries, limits }: Pick<SessionState, 'entries' | 'limits'>): boolean {
  return entries.length >= share * limits.items || charactersIn(entries) >= share * limits.characters
}

/** Nothing more is to come of it, no response reads or makes it, and the model need not be shown it. */
function isFree(state: SessionState): (entry: Entry) => boolean {
  const used = new Set(
    responsesIn(state).flatMap(({ itemIds, output }) => [...itemIds, ...output.map(({ item }) => item.id)]),
  )
  const mayGiveWay = state.session.truncation !== 'disabled'
  return ({ item, transcription, isLeftOut }) =>
    !used.has(item.id) && transcription !== 'pending' && item.status !== 'in_progress' && (mayGiveWay || isLeftOut)
}

function isAnswered(entries: readonly Entry[]): (entry: Entry) => boolean {
  const answered = new Set(entries.flatMap(({ item }) => (item.type === 'function_call_output' ? [item.call_id] : [])))
  return ({ item, isAnswered }) => {
    if (item.type === 'function_call') return answered.has(item.call_id)
    return item.type !== 'mcp_approval_request' || isAnswered || item.status !== 'completed'
  }
}

/** How many of the first are so. */
function prefix(entries: readonly Entry[], isSo: (entry: Entry) => boolean): number {
  const end = entries.findIndex((entry) => !isSo(entry))
  return end < 0 ? entries.length : end
}
