import type { HeldAudio } from './state.ts'

/** Compares pieces of a response's audio by where they belong in it. */
export function inOrderSent(a: HeldAudio, b: HeldAudio): number {
  return a.segment - b.segment || a.offset - b.offset
}
