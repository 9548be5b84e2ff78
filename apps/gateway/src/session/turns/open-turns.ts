import type { TurnTimes } from './turn-times.ts'

/** The turns that are not over, by all names of what is done in them. */
export interface OpenTurns {
  of(name: string): TurnTimes | undefined
  /** The turn is known by this name too. Where there are too many turns the oldest is evicted. */
  name(name: string, turn: TurnTimes): void
  /** The turn that was said last, if it waits for its words and for an answer. */
  unanswered(): TurnTimes | undefined
  /** The utterance of this name never was. */
  forget(name: string): void
  drop(turn: TurnTimes): 'dropped' | 'gone'
  all(): readonly TurnTimes[]
}

/** Of a session that goes on, there are two or three; out-of-band responses are more. */
const maxOpen = 32

export function makeOpenTurns(evict: (turn: TurnTimes) => void): OpenTurns {
  /** The oldest first. */
  const open = new Map<TurnTimes, Set<string>>()
  const byName = new Map<string, TurnTimes>()

  function drop(turn: TurnTimes): 'dropped' | 'gone' {
    const names = open.get(turn)
    if (names === undefined) return 'gone'
    for (const name of names) byName.delete(name)
    open.delete(turn)
    return 'dropped'
  }

  return {
    of: (name) => byName.get(name),
    name(name, turn) {
      byName.set(name, turn)
      const names = open.get(turn)
      if (names !== undefined) return void names.add(name)
      open.set(turn, new Set([name]))
      const [oldest] = open.keys()
      if (open.size > maxOpen && oldest !== undefined) evict(oldest)
    },
    unanswered() {
      const said = [...open.keys()].filter(({ itemId, responseId }) => itemId !== null && responseId === null)
      return said.at(-1)
    },
    forget(name) {
      const turn = byName.get(name)
      if (turn !== undefined) drop(turn)
    },
    drop,
    all: () => [...open.keys()],
  }
}
