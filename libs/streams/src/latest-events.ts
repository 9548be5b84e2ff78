import type { EncodedEvent } from './session-change.ts'

/**
 * The events (or facts) that a holder sent in the last seconds. A Redis that dies may lose what it was told last, and is told again from
 * here. What is beyond its bounds is forgotten, the oldest first.
 */
export interface LatestEvents<E extends EncodedEvent = EncodedEvent> {
  /** They were written to the journal. */
  push(events: readonly E[]): void
  /** No event behind this number is forgotten. */
  readonly knownAfter: number
  /** The number of the newest event in the journal. */
  readonly last: number
  readonly events: readonly E[]
}

export function makeLatestEvents<E extends EncodedEvent = EncodedEvent>(last: number): LatestEvents<E> {
  let kept: { event: E; atMs: number }[] = []
  let bytes = 0
  let knownAfter = last
  return {
    push(events) {
      const nowMs = performance.now()
      for (const event of events) {
        if (event.number <= last) continue
        kept.push({ event, atMs: nowMs })
        bytes += event.body.byteLength
        last = event.number
      }
      const isOver = ({ atMs }: { atMs: number }): boolean => atMs < nowMs - maxAgeMs || bytes > maxBytes
      let forgotten = 0
      for (let oldest = kept[0]; oldest !== undefined && isOver(oldest); oldest = kept[forgotten]) {
        forgotten += 1
        bytes -= oldest.event.body.byteLength
        knownAfter = oldest.event.number
      }
      kept = kept.slice(forgotten)
    },
    get knownAfter() {
      return knownAfter
    },
    get last() {
      return last
    },
    get events() {
      return kept.map(({ event }) => event)
    },
  }
}

/** With `appendfsync everysec` Redis may lose two seconds. */
const maxAgeMs = 5_000
const maxBytes = 1 << 20
