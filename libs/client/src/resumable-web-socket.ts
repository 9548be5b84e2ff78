import type { ResumeFailure } from './failure.ts'

/** `resuming` looks open to what knows nothing of it: `readyState` is 1, and what is sent waits. */
export type ResumableState = 'connecting' | 'open' | 'resuming' | 'closing' | 'closed'

/**
 * A WebSocket as browsers define it, whose session outlives its connections. It is closed only when the session is over, or
 * could not be resumed: then `close` has the code and the reason of the connection that was lost.
 */
export interface ResumableWebSocket extends EventTarget {
  readonly CONNECTING: 0
  readonly OPEN: 1
  readonly CLOSING: 2
  readonly CLOSED: 3
  readonly readyState: 0 | 1 | 2 | 3
  readonly state: ResumableState
  /** The first address, as it was given. */
  readonly url: string
  readonly protocol: string
  readonly extensions: string
  /** What waits for a connection included. */
  readonly bufferedAmount: number
  /** Kept for compatibility: the gateway sends text frames only. */
  binaryType: 'blob' | 'arraybuffer'
  /** Why it could not be resumed; null as long as it is not closed by that. */
  readonly failure: ResumeFailure | null
  /** Throws a TypeError for anything but text, which is all that the protocol knows. */
  send(data: unknown): void
  close(code?: number, reason?: string): void
  onopen: ((event: Event) => void) | null
  onmessage: ((event: MessageEvent) => void) | null
  onerror: ((event: Event) => void) | null
  onclose: ((event: ResumableCloseEvent) => void) | null
  onresuming: ((event: ResumingEvent) => void) | null
  onresumed: ((event: ResumedEvent) => void) | null
  addEventListener<K extends keyof ResumableEvents>(
    type: K,
    listener: ((event: ResumableEvents[K]) => void) | null,
    options?: boolean | ListenerOptions,
  ): void
  addEventListener(
    type: string,
    callback: ((event: Event) => void) | { handleEvent(event: Event): void } | null,
    options?: boolean | ListenerOptions,
  ): void
}

/** As every EventTarget takes them; not every runtime has types for it. */
export interface ListenerOptions {
  capture?: boolean
  once?: boolean
  passive?: boolean
  signal?: AbortSignal
}

export interface ResumableEvents {
  open: Event
  message: MessageEvent
  error: Event
  close: ResumableCloseEvent
  resuming: ResumingEvent
  resumed: ResumedEvent
}

/** What browsers call CloseEvent; not every runtime has one. */
export interface ResumableCloseEvent extends Event {
  readonly code: number
  readonly reason: string
  readonly wasClean: boolean
}

/** The connection is lost: how it ended. */
export interface ResumingEvent extends Event {
  readonly code: number
  readonly reason: string
}

/** The session goes on. What was missed follows this event. */
export interface ResumedEvent extends Event {
  readonly afterMs: number
  readonly attempts: number
  /** Audio that found no room while it waited for a connection, in the whole session. */
  readonly droppedAppends: number
  /** Audio that was sent shortly before may be missing, since the gateway wanted more again than was kept. */
  readonly hasGap: boolean
}
