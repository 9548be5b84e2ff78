import { readFrame } from './frame.ts'

/** Remembers how far the events of a session have come, so that none is delivered twice. */
export interface Inbox {
  /** Where to go on; null before the session is known. */
  readonly mark: { sessionId: string; lastEventId: string } | null
  readonly isEmpty: boolean
  /** The gateway has said that the session ends. */
  readonly isOver: boolean
  /** `new` is for the application; `known` is not: an event comes once, and what concerns resuming alone is not for it. */
  take(data: unknown): 'new' | 'known' | 'taken_over'
}

export function makeInbox(): Inbox {
  let sessionId: string | null = null
  let lastEventId: string | null = null
  let isEmpty = true
  let isOver = false

  return {
    get mark() {
      return sessionId === null || lastEventId === null ? null : { sessionId, lastEventId }
    },
    get isEmpty() {
      return isEmpty
    },
    get isOver() {
      return isOver
    },
    take(data) {
      const frame = readFrame(data)
      if (frame?.type === 'session.resumed') return 'known'
      isEmpty = false
      sessionId = frame?.sessionId ?? sessionId
      if (frame?.error?.code === 'session_expired') isOver = true
      if (frame?.eventId != null && !advance(frame.eventId)) return 'known'
      return frame?.error?.code === 'session_resumed_elsewhere' ? 'taken_over' : 'new'
    },
  }

  function advance(eventId: string): boolean {
    if (lastEventId !== null && seriesOf(eventId) === seriesOf(lastEventId) && eventId <= lastEventId) return false
    // an id of no series would not be found in the journal, should a gateway ever send one
    if (lastEventId === null || seriesOf(eventId) === seriesOf(lastEventId)) lastEventId = eventId
    return true
  }
}

/** An event id ends in its number within the session: six digits whose order is that of their characters. */
function seriesOf(eventId: string): string {
  return eventId.slice(0, -6)
}
