import type { Table } from './table.ts'

/** What a measurement is given. */
export interface Bench {
  /** Tells people how far it is. */
  say(progress: string): void
  /** Realtime servers to compare with, beside those that are installed. */
  peers: readonly Peer[]
  /** How many items the table of history is filled with. */
  items: number
}

export type Measure = (bench: Bench) => Promise<readonly Table[]>

/** A server that speaks the Realtime protocol. */
export interface Peer {
  name: string
  url: string
}
