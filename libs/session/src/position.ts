import type { Entry, SessionState } from './state.ts'

/**
 * Where a new entry stands in what is kept of the conversation for good: a whole number, greater than that of every entry before
 * it and less than that of every one behind. At the end none is given twice, also where the last were deleted. Null: there is no
 * room between its neighbours.
 */
export function positionAt({ entries, joined }: Pick<SessionState, 'entries' | 'joined'>, at: number): number | null {
  const [before, behind] = [entries[at - 1]?.position, entries[at]?.position]
  if (behind === undefined) return positionOf(joined + 1)
  if (before === undefined) return behind - gap
  const between = before + Math.floor((behind - before) / 2)
  return between > before ? between : null
}

/** The entries with room between all of them, behind every position that was given before. */
export function spreadOut({ entries, joined }: Pick<SessionState, 'entries' | 'joined'>): readonly Entry[] {
  return entries.map((entry, at) => ({ ...entry, position: positionOf(joined + 1 + at) }))
}

const positionOf = (nth: number): number => nth * gap

/** Two million items can join, and thirty in the same place before all are spread out. */
const gap = 2 ** 32
