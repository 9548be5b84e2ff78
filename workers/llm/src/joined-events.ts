import type { PoolEvent } from './pool.ts'

/** The same answer in fewer events: adjacent texts are put together, and adjacent arguments; what is empty is left out. */
export function joinedEvents(events: readonly PoolEvent[]): PoolEvent[] {
  const joined: PoolEvent[] = []
  for (const event of events) {
    const last = joined.at(-1)
    if ('text' in event && event.text === '') continue
    if (
      last !== undefined &&
      'text' in last &&
      'text' in event &&
      last.kind === event.kind &&
      callOf(last) === callOf(event)
    ) {
      joined[joined.length - 1] = { ...last, text: last.text + event.text }
    } else joined.push(event)
  }
  return joined
}

function callOf(event: PoolEvent): number | null {
  return 'call' in event ? event.call : null
}
