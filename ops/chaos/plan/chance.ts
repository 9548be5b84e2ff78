/** Chance that can be had again: the same seed gives the same draws. */
export interface Chance {
  /** From 0 up to, and without, 1. */
  next(): number
  /** A number from `least` up to `most`. */
  between(least: number, most: number): number
  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number
  pick<const T>(choices: readonly [T, ...T[]]): T
  /** A chance of its own, which depends on the seed and the name and on nothing that was drawn. */
  of(name: string): Chance
}

export function makeChance(seed: number): Chance {
  let state = seed >>> 0
  /** Mulberry32. */
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const whole = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1))
  return {
    next,
    whole,
    between: (least, most) => least + next() * (most - least),
    pick: (choices) => choices[whole(0, choices.length - 1)] ?? choices[0],
    of: (name) => makeChance(hash(`${seed}:${name}`)),
  }
}

/** FNV-1a. */
function hash(text: string): number {
  let sum = 0x811c9dc5
  for (const byte of Buffer.from(text)) sum = Math.imul(sum ^ byte, 0x01000193)
  return sum >>> 0
}
