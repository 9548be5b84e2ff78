import { isAppend, type Received } from './frame.ts'
import type { Settings } from './options.ts'

/** The events of the application: numbered from 1 as they are sent, and kept for a while in case they are wanted again. */
export interface Outbox {
  /** The number of the last event sent. */
  readonly sentEvents: number
  readonly waitingBytes: number
  /** Appends that were dropped while they waited. */
  readonly droppedAppends: number
  /** Counts an event that is about to be sent. */
  add(text: string): void
  /** Lets an event wait for a connection. Throws when it finds no room. */
  hold(text: string): void
  /** What to send again, in order; null if something of it is gone. */
  wantedAgain(received: Received): string[] | null
  /** Counts and returns what waited, in order. */
  release(): string[]
}

interface Kept {
  text: string
  isAppend: boolean
  bytes: number
  atMs: number
}

export function makeOutbox({
  maxBufferedBytes,
  maxBufferedMs,
  clock,
}: Pick<Settings, 'maxBufferedBytes' | 'maxBufferedMs' | 'clock'>): Outbox {
  const sent = new Map<number, Kept>()
  const waiting = new Set<Kept>()
  let sentEvents = 0
  let sentBytes = 0
  let latestAppendMs = -Infinity
  let waitingBytes = 0
  let waitingAudioBytes = 0
  let droppedAppends = 0
  /** Numbers of the last event, and of the last append, that is not kept any more. */
  let gone = 0
  let goneAppend = 0

  return {
    get sentEvents() {
      return sentEvents
    },
    get waitingBytes() {
      return waitingBytes
    },
    get droppedAppends() {
      return droppedAppends
    },
    add: (text) => keep(keptOf(text)),
    hold(text) {
      const event = keptOf(text)
      makeRoom(event.bytes)
      waiting.add(event)
      waitingBytes += event.bytes
      if (event.isAppend) waitingAudioBytes += event.bytes
    },
    wantedAgain({ events, audioFrom }) {
      // a number that was never sent is of another count than ours: nothing can be told by it
      if (events > sentEvents || gone > events || goneAppend >= audioFrom) return null
      return [...sent]
        .filter(([number, event]) => number > events || (event.isAppend && number >= audioFrom))
        .map(([, { text }]) => text)
    },
    release() {
      const released = [...waiting]
      waiting.clear()
      waitingBytes = 0
      waitingAudioBytes = 0
      for (const event of released) keep(event)
      return released.map(({ text }) => text)
    },
  }

  function keptOf(text: string): Kept {
    return { text, isAppend: isAppend(text), bytes: encoder.encode(text).byteLength, atMs: clock.now() }
  }

  /** The newest stays, however large it is. What is wanted again is near the latest audio, however long ago that was. */
  function keep(event: Kept): void {
    if (event.isAppend) latestAppendMs = event.atMs
    for (const [number, old] of sent) {
      if (sentBytes + event.bytes <= maxBufferedBytes && old.atMs >= latestAppendMs - maxBufferedMs) break
      sent.delete(number)
      sentBytes -= old.bytes
      gone = number
      if (old.isAppend) goneAppend = number
    }
    sent.set((sentEvents += 1), event)
    sentBytes += event.bytes
  }

  function makeRoom(bytes: number): void {
    if (waitingBytes - waitingAudioBytes + bytes > maxBufferedBytes) {
      throw new DOMException(
        `The session is being resumed, and no more than ${maxBufferedBytes} bytes can wait for it`,
        'QuotaExceededError',
      )
    }
    for (const old of waiting) {
      if (waitingBytes + bytes <= maxBufferedBytes) return
      if (!old.isAppend) continue
      waiting.delete(old)
      waitingBytes -= old.bytes
      waitingAudioBytes -= old.bytes
      droppedAppends += 1
    }
  }
}

const encoder = new TextEncoder()
