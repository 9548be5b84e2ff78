import type { Transcript } from './transcript.ts'

/** Something that was not as it should be. */
export interface Finding {
  /** The rule that it is against. */
  check: string
  /** The session's name, or the part of the installation. */
  where: string
  atMs: number
  expected: string
  came: string
  /** The fault after which it may be so; null: it is a violation. */
  excuse: string | null
}

/** How a check says what it has found in a session. */
export type Tell = (atMs: number, expected: string, came: string, excuse?: string | null) => void

/** Runs a check over a session; answers what it tells. */
export function findings(check: string, { name }: Transcript, look: (tell: Tell) => void): Finding[] {
  const found: Finding[] = []
  look((atMs, expected, came, excuse = null) => found.push({ check, where: name, atMs, expected, came, excuse }))
  return found
}
