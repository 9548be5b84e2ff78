import { resumeAddress } from './address.ts'
import { type Attempt, attempt, type End, noClose } from './attempt.ts'
import { delayBefore } from './delay.ts'
import type { ResumeFailure } from './failure.ts'
import { isFinal, takenOver } from './finality.ts'
import type { Received } from './frame.ts'
import { makeInbox } from './inbox.ts'
import type { Settings } from './options.ts'
import { makeOutbox } from './outbox.ts'
import type { ResumableState } from './resumable-web-socket.ts'
import type { CloseOf, WebSocketLike } from './web-socket-like.ts'

/** A session's way to the gateways, over one connection after the other. */
export interface Link {
  readonly state: ResumableState
  readonly bufferedBytes: number
  send(text: string): void
  close(code?: number, reason?: string): void
}

/** What the application is told. `onClose` is called once, and last. */
export interface LinkEvents {
  /** Another state. */
  onState(): void
  onOpen(protocol: string): void
  onMessage(data: unknown): void
  onResuming(how: CloseOf): void
  onResumed(about: { afterMs: number; attempts: number; droppedAppends: number; hasGap: boolean }): void
  /** It was never open. */
  onError(error: NonNullable<End['error']>): void
  onClose(how: CloseOf, failure: ResumeFailure | null): void
}

/** Lasts until a new connection has shown that it carries the session: one deadline for all that are lost in between. */
interface Trouble {
  how: CloseOf
  sinceMs: number
  lostMs: number
  attempts: number
}

/** Dials at once: throws what the first `open` throws. */
export function openLink(open: (url: string) => WebSocketLike, settings: Settings, events: LinkEvents): Link {
  const { addresses, clock } = settings
  const inbox = makeInbox()
  const outbox = makeOutbox(settings)
  let state: ResumableState = 'connecting'
  let current: Attempt | null = null
  let dialled = 0
  /** When a try was left without an answer: a gateway that was asleep may still take the session for it. */
  let unansweredAtMs = -Infinity
  let trouble: Trouble | null = null
  /** Whether the gateway may ask for events again; not when it has asked for more than there is. */
  let sendsAgain = true
  /** Of our events that gateways have said they took. */
  let takenEvents = 0
  let stopTimer = (): void => {}
  dial()

  return {
    get state() {
      return state
    },
    get bufferedBytes() {
      return (current?.socket.bufferedAmount ?? 0) + outbox.waitingBytes
    },
    send(text) {
      if (state === 'connecting') throw new DOMException('The socket is not open yet', 'InvalidStateError')
      if (state === 'resuming') return outbox.hold(text)
      if (state !== 'open') return
      outbox.add(text)
      current?.socket.send(text)
    },
    close(code, reason) {
      if (state === 'closing' || state === 'closed') return
      if (current !== null && (state !== 'resuming' || current.socket.readyState === 1)) {
        return shut(current.socket, code, reason)
      }
      stopTimer()
      current?.abandon()
      enter('closing')
      stopTimer = clock.after(0, () => finish(noClose, null))
    },
  }

  /** Throws if the arguments are not valid. Some sockets that are not open yet have their end within the call. */
  function shut(socket: WebSocketLike, code: number | undefined, reason: string | undefined): void {
    const before = state
    state = 'closing'
    try {
      socket.close(code, reason)
    } catch (error) {
      state = before
      throw error
    }
    if (isClosed()) return
    stopTimer()
    events.onState()
  }

  function isClosed(): boolean {
    return state === 'closed'
  }

  function enter(next: ResumableState): void {
    state = next
    events.onState()
  }

  /** Addresses take turns from one try to the next, since the gateway that was lost is likely to be away. */
  function dial(): void {
    const address = addresses[dialled++ % addresses.length] ?? addresses[0]
    const { mark } = inbox
    const url =
      mark === null ? address : resumeAddress(address, { ...mark, sentEvents: sendsAgain ? outbox.sentEvents : null })
    current = attempt(open(url), {
      isResumption: mark !== null,
      answerWithinMs: settings.answerWithinMs,
      clock,
      onReady: ready,
      onMessage: deliver,
      onEnd: ended,
    })
  }

  function ready(received: Received | null): void {
    if (state === 'closing') return
    if (state === 'resuming') return resumed(received ?? { events: 0, audioFrom: 1 })
    enter('open')
    events.onOpen(current?.socket.protocol ?? '')
  }

  function resumed(received: Received): void {
    const again = outbox.wantedAgain(received)
    if (again === null) return wantedTooMuch()
    const { droppedAppends } = outbox
    for (const text of [...again, ...outbox.release()]) current?.socket.send(text)
    const { lostMs, attempts } = trouble ?? { lostMs: clock.now(), attempts: 0 }
    if (received.events > takenEvents) trouble = null
    else stopTimer = clock.after(settings.longestDelayMs, () => (trouble = null))
    takenEvents = received.events
    const hasGap = !sendsAgain
    sendsAgain = true
    enter('open')
    events.onResumed({ afterMs: clock.now() - lostMs, attempts, droppedAppends, hasGap })
  }

  /** Audio is wanted from some way back. Without it the session can go on all the same; without other events it cannot. */
  function wantedTooMuch(): void {
    if (sendsAgain && trouble !== null) {
      sendsAgain = false
      current?.abandon()
      current = null
      return retry(trouble)
    }
    current?.dismiss()
    current = null
    giveUp({ kind: 'events_lost' })
  }

  function deliver(data: unknown): void {
    const verdict = inbox.take(data)
    if (verdict === 'known' || (verdict === 'taken_over' && isOurOwn())) return
    trouble = null
    events.onMessage(data)
  }

  function ended(end: End): void {
    current = null
    if (end.kind === 'unanswered') unansweredAtMs = clock.now()
    if (state === 'closing') return finish(end, null)
    if (state === 'connecting') return neverOpened(end)
    if (end.kind === 'lost') return lost(end)
    if (end.kind !== 'refused' && trouble !== null) return retry(trouble)
    if (end.lastWord !== null) events.onMessage(end.lastWord)
    giveUp(end.refusal)
  }

  function neverOpened(end: End): void {
    if (end.kind !== 'refused' && dialled < addresses.length) return redial()
    events.onError(end.error ?? { message: 'The gateway did not answer', error: undefined })
    finish(end, null)
  }

  function lost(end: End): void {
    stopTimer()
    const canGoOn = inbox.mark !== null || inbox.isEmpty
    const isLast = isFinal(end.code) && !(end.code === takenOver && isOurOwn())
    if (isLast || inbox.isOver || !canGoOn) return finish(end, null)
    trouble ??= { how: end, sinceMs: clock.now(), lostMs: 0, attempts: 0 }
    trouble.lostMs = clock.now()
    retry(trouble)
    enter('resuming')
    if (state === 'resuming') events.onResuming(end)
  }

  /** Whether the session was taken for a try of ours that was left without an answer. */
  function isOurOwn(): boolean {
    return clock.now() - unansweredAtMs < settings.resumeWithinMs
  }

  function retry(during: Trouble): void {
    const leftMs = during.sinceMs + settings.resumeWithinMs - clock.now()
    const delayMs = delayBefore(during.attempts, settings)
    during.attempts += 1
    stopTimer = clock.after(Math.min(delayMs, leftMs), () =>
      delayMs < leftMs ? redial() : giveUp({ kind: 'gave_up' }),
    )
  }

  function redial(): void {
    try {
      dial()
    } catch (error) {
      const message = error instanceof Error ? error.message : ''
      ended({ kind: 'failed', ...noClose, error: { message, error }, refusal: null, lastWord: null })
    }
  }

  function giveUp(failure: ResumeFailure | null): void {
    finish(trouble?.how ?? noClose, failure)
  }

  function finish(how: CloseOf, failure: ResumeFailure | null): void {
    if (state === 'closed') return
    stopTimer()
    enter('closed')
    events.onClose({ code: how.code, reason: how.reason, wasClean: how.wasClean }, failure)
  }
}
