import type { ItemId } from '@voicebox/kernel'
import type { AwayPiece, Entry, SessionState } from './state.ts'

// What was put away stands in one place of the conversation: behind the entries that were put before it since, if any, and
// before all others.

type Conversation = Pick<SessionState, 'entries' | 'away'>

/** Whether history alone has this item. */
export function isAway({ away }: Pick<SessionState, 'away'>, itemId: ItemId): boolean {
  return away.some((piece) => idsIn(piece).has(itemId))
}

/** How many entries stand before what was put away; null: nothing was. */
export function placeOfAway({ entries, away }: Conversation): number | null {
  const [first] = away
  if (first === undefined) return null
  const place = entries.findIndex(({ position }) => position > first.least)
  return place < 0 ? entries.length : place
}

/** The item that stands right before this place, put away or not; null: none does. */
export function itemBefore(state: Conversation, at: number): ItemId | null {
  return at === placeOfAway(state) ? lastAway(state) : (state.entries[at - 1]?.item.id ?? null)
}

/** The last item of those that were put away. */
export function lastAway({ away }: Pick<SessionState, 'away'>): ItemId | null {
  return away.at(-1)?.ids.at(-1) ?? null
}

export function countAway({ away }: Pick<SessionState, 'away'>): number {
  return away.reduce((sum, { ids }) => sum + ids.length, 0)
}

/** With so many of the oldest entries, among them all that stand before what was put away already. */
export function withOldest(state: Conversation, count: number): readonly AwayPiece[] {
  const gone = state.entries.slice(0, count)
  const place = placeOfAway(state) ?? 0
  return withLast(withFirst(state.away, gone.slice(0, place)), gone.slice(place))
}

export function withoutAway(away: readonly AwayPiece[], itemId: ItemId): readonly AwayPiece[] {
  return away.flatMap((piece) => {
    if (!idsIn(piece).has(itemId)) return piece
    const ids = piece.ids.filter((id) => id !== itemId)
    return ids.length === 0 ? [] : { ...piece, ids }
  })
}

/** A piece that has so many is not added to. */
const fullPiece = 256

function withFirst(away: readonly AwayPiece[], entries: readonly Entry[]): readonly AwayPiece[] {
  if (entries.length === 0) return away
  const made = pieceOf(entries, (away[0]?.nth ?? 0) - 1)
  const [first, ...others] = away
  if (first === undefined || first.ids.length >= fullPiece) return [made, ...away]
  return [{ ...first, ids: [...made.ids, ...first.ids], least: made.least }, ...others]
}

function withLast(away: readonly AwayPiece[], entries: readonly Entry[]): readonly AwayPiece[] {
  if (entries.length === 0) return away
  const last = away.at(-1)
  const made = pieceOf(entries, (last?.nth ?? 0) + 1)
  if (last === undefined || last.ids.length >= fullPiece) return [...away, made]
  return [...away.slice(0, -1), { ...last, ids: [...last.ids, ...made.ids], greatest: made.greatest }]
}

function pieceOf(entries: readonly Entry[], nth: number): AwayPiece {
  const positions = entries.map(({ position }) => position)
  const ids = entries.map(({ item }) => item.id)
  return { nth, ids, least: positions[0] ?? 0, greatest: positions.at(-1) ?? 0 }
}

const known = new WeakMap<AwayPiece, ReadonlySet<ItemId>>()

/** The ids of a piece, made ready to look for one. */
function idsIn(piece: AwayPiece): ReadonlySet<ItemId> {
  const ids = known.get(piece) ?? new Set(piece.ids)
  known.set(piece, ids)
  return ids
}
