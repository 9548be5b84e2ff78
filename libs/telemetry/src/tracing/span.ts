import type { Closable } from '@voicebox/kernel'

/** A stretch of time that has a name: made when it is over, of times that are known by then. */
export interface Span {
  traceId: string
  spanId: string
  /** Null: the trace begins with it. */
  parentId: string | null
  name: string
  /** Milliseconds since the Unix epoch. */
  startMs: number
  endMs: number
  /** Ids, names of engines, numbers: never what was said, never a key. */
  attributes: Readonly<Record<string, string | number | boolean>>
  /** Why it failed, as a code; absent where it did not. */
  failure?: string
}

/** Where spans go. There is none in a process that records no traces: who has spans to tell asks for that first. */
export interface Spans extends Closable {
  /** Whether a trace that begins here is recorded. */
  samples(traceId: string): boolean
  /** Takes spans and never waits: those for which there is no room are dropped, and counted. */
  record(spans: readonly Span[]): void
  /** Sends what waits, for two seconds at most. */
  close(): Promise<void>
}
