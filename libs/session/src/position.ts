import { placeOfAway } from './away.ts'
import type { Entry, SessionState } from './state.ts'

type Conversation = Pick<SessionState, 'entries' | 'away' | 'joined'>

/**
 * Where a new entry stands in what is kept of the conversation for good: a whole number, greater than that of every item before
 * it and less than that of every one behind. At the end none is given twice, also where the last were deleted. Null: there is no
 * room between its neighbours. Where the place is that of what was put away, `isBehindAway` says on which side.
 */
export function positionAt(state: Conversation, at: number, isBehindAway = false): number | null {
  const { entries, away, joined } = state
  const isBeforeAway = at === placeOfAway(state) && !isBehindAway
  const before = isBehindAway ? away.at(-1)?.greatest : entries[at - 1]?.position
  const behind = isBeforeAway ? away[0]?.least : entries[at]?.position
  if (behind === undefined) return positionOf(joined + 1)
  if (before === undefined) return behind - gap
  const between = before + Math.floor((behind - before) / 2)
  return between > before ? between : null
}

/** The entries with room between all of them, behind every position that was given before; those that stand before what was put away, before that. */
export function spreadOut(state: Conversation): readonly Entry[] {
  const { entries, away, joined } = state
  const place = placeOfAway(state) ?? 0
  const least = away[0]?.least ?? 0
  return entries.map((entry, at) => ({
    ...entry,
    position: at < place ? least - positionOf(place - at) : positionOf(joined + 1 + at),
  }))
}

const positionOf = (nth: number): number => nth * gap

/** Two million items can join, and thirty in the same place before all are spread out. */
const gap = 2 ** 32
