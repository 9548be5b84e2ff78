import type { IdOf, IdPrefix } from '@voicebox/kernel'
import type { ServerEventBody } from '@voicebox/protocol'
import { isAway } from './away.ts'
import type { Effect } from './effect.ts'
import type { SessionState } from './state.ts'

/** A step in the making: the state so far and the effects so far. It lives only inside one call of `step`. */
export interface Draft {
  state: SessionState
  readonly effects: Effect[]
}

/** Replaces some of the state's fields; the state that the step was called with stays as it was. */
export function set(draft: Draft, fields: Partial<SessionState>): void {
  draft.state = { ...draft.state, ...fields }
}

export function act(draft: Draft, effect: Effect): void {
  draft.effects.push(effect)
}

export function send(draft: Draft, event: ServerEventBody): void {
  draft.effects.push({ kind: 'send', event })
}

/** Compares ids that `makeId` made with one prefix: the earlier is the lesser. */
export function inOrderMade(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** In the order of their character codes, so that ids sort as they were made. */
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Makes the session's next id: 15 characters of the session's own and a counter of 6. An item that a client named so is passed by. */
export function makeId<P extends IdPrefix>(draft: Draft, prefix: P): IdOf<P> {
  const id = nextId(draft, prefix)
  const isNamed = draft.state.entries.some((entry) => entry.item.id === id) || isAway(draft.state, id)
  return isNamed ? makeId(draft, prefix) : id
}

function nextId<P extends IdPrefix>(draft: Draft, prefix: P): IdOf<P> {
  const made = draft.state.ids.made + 1
  set(draft, { ids: { ...draft.state.ids, made } })
  let counter = ''
  for (let rest = made; counter.length < 6; rest = Math.floor(rest / digits.length)) {
    counter = digits.charAt(rest % digits.length) + counter
  }
  return `${prefix}_${draft.state.ids.space}${counter}`
}
