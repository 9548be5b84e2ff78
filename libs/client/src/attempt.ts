import type { Clock } from './clock.ts'
import { isFinal, isFinalStatus, isRefusal, statusOf } from './finality.ts'
import type { ResumeFailure } from './failure.ts'
import { type Received, readFrame } from './frame.ts'
import type { CloseOf, WebSocketLike } from './web-socket-like.ts'

export interface AttemptOptions {
  /** A resumption is ready once the gateway has said what it took; a new session once the socket is open. */
  isResumption: boolean
  answerWithinMs: number
  clock: Clock
  /** `received` is null for a new session. */
  onReady(received: Received | null): void
  /** Once ready. */
  onMessage(data: unknown): void
  /** Called once, and last. */
  onEnd(end: End): void
}

/** How a connection ended, or a try at one. */
export interface End extends CloseOf {
  /** `lost`: it was ready before. The others were not: trying again can help with `failed`, and with `unanswered`, of which it is not known what the gateway made. */
  kind: 'lost' | 'failed' | 'unanswered' | 'refused'
  /** What the socket said in its `error` event. */
  error: { message: string; error: unknown } | null
  /** Of `refused`. */
  refusal: Extract<ResumeFailure, { kind: 'refused' }> | null
  /** The `error` event of the gateway that refused. */
  lastWord: string | null
}

export interface Attempt {
  readonly socket: WebSocketLike
  /** Leaves so that the session can be resumed. `onEnd` is not called. */
  abandon(): void
  /** Ends the session, which nobody could go on with. `onEnd` is not called. */
  dismiss(): void
}

/** Follows one socket from dialling to its end. */
export function attempt(
  socket: WebSocketLike,
  { isResumption, answerWithinMs, clock, onReady, onMessage, onEnd }: AttemptOptions,
): Attempt {
  let stage: 'dialling' | 'open' | 'ready' | 'ended' = 'dialling'
  let error: End['error'] = null
  let refusal: End['refusal'] = null
  let lastWord: string | null = null
  const stopWaiting = clock.after(answerWithinMs, () => {
    end({ kind: 'unanswered', ...noClose })
    leave(socket)
  })

  socket.addEventListener('open', () => {
    if (stage !== 'dialling') return
    stage = 'open'
    if (!isResumption) ready(null)
  })
  socket.addEventListener('message', ({ data }) => {
    if (stage === 'ready') onMessage(data)
    else if (stage === 'open') answered(data)
  })
  socket.addEventListener('error', (event) => {
    error = errorOf(event)
    // not every socket that could not connect has a `close` after its `error`
    if (stage === 'dialling') end(unconnected(error))
  })
  socket.addEventListener('close', ({ code, reason, wasClean }) => {
    const close = { code, reason, wasClean }
    if (stage === 'ready') return end({ kind: 'lost', ...close })
    if (isFinal(code)) refusal ??= { kind: 'refused', code: String(code), message: reason }
    end({ kind: isFinal(code) ? 'refused' : 'failed', ...close })
  })

  return {
    socket,
    abandon() {
      stopWaiting()
      stage = 'ended'
      leave(socket)
    },
    dismiss() {
      stage = 'ended'
      socket.close(1000)
    },
  }

  function ready(received: Received | null): void {
    stopWaiting()
    stage = 'ready'
    onReady(received)
  }

  /** The first frame of a resumption says whether there is one. */
  function answered(data: unknown): void {
    const frame = readFrame(data)
    if (frame?.received != null) return ready(frame.received)
    if (refusal !== null) return
    if (frame?.error != null) {
      refusal = { kind: 'refused', ...frame.error }
      lastWord = String(data)
      if (!isRefusal(frame.error.code)) return // the close that follows says whether it may pass
    } else {
      refusal = { kind: 'refused', code: 'not_resumed', message: `The first frame was ${frame?.type ?? 'no event'}` }
    }
    end({ kind: 'refused', ...noClose })
    socket.close(1000) // whatever this connection has opened, it is not the session that was asked for
  }

  function unconnected(said: NonNullable<End['error']>): Pick<End, 'kind' | keyof CloseOf> {
    const status = statusOf(said.message)
    if (status === null || !isFinalStatus(status)) return { kind: 'failed', ...noClose }
    refusal = { kind: 'refused', code: `http_${status}`, message: said.message }
    return { kind: 'refused', ...noClose }
  }

  function end(how: Pick<End, 'kind' | keyof CloseOf>): void {
    if (stage === 'ended') return
    stopWaiting()
    stage = 'ended'
    onEnd({ ...how, error, refusal, lastWord })
  }
}

/** What a socket tells that never got to a closing handshake. */
export const noClose: CloseOf = { code: 1006, reason: '', wasClean: false }

/** Not 1000 and not without a code: these would end the session, if the gateway has taken it on this connection. */
function leave(socket: WebSocketLike): void {
  if (socket.terminate === undefined) socket.close(4408, 'No answer in time')
  else socket.terminate()
}

function errorOf(event: object): { message: string; error: unknown } {
  const error: unknown = 'error' in event ? event.error : undefined
  const said = 'message' in event && typeof event.message === 'string' ? event.message : ''
  return { message: said === '' && error instanceof Error ? error.message : said, error }
}
