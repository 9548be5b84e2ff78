import type { Log } from '@voicebox/kernel'
import { openPeer, type Wire } from '../transport/peer.ts'
import type { Socket, SocketHandlers } from '../transport/index.ts'
import type { Life } from './life.ts'

/** One connection, as its client has it. */
export interface Line {
  /** What has reached the client. */
  readonly received: readonly string[]
  /** How the connection ended; null while it is open. */
  readonly ended: Ending | null
  readonly closed: Promise<Ending>
  /** Gets each frame that reaches the client. */
  onText: (text: string) => void
  send(text: string): void
  sendBinary(): void
  /** The client closes. */
  close(code?: number): void
  /** The network breaks: neither side hears of the other any more, and the gateway does not know. */
  cut(): void
  /** The gateway finds out that the connection is lost. */
  lose(): void
  /** Lets the network break once so many frames have passed, in whichever direction; the gateway finds out at once, or never. */
  breakAfter(frames: number, isNoticed: boolean): void
  /** Whether the client takes what comes; what it has not taken waits in the gateway. */
  reads(does: boolean): void
}

export interface Ending {
  code: number
  reason: string
}

export interface LineOptions {
  life: Life
  log: Log
  maxSendBufferBytes: number
}

/** A connection without a network, by the rules of every transport. */
export function openLine(
  open: (socket: Socket) => SocketHandlers,
  { life, log, maxSendBufferBytes }: LineOptions,
): Line {
  const received: string[] = []
  const closing = Promise.withResolvers<Ending>()
  let waiting: string[] = []
  let waitingBytes = 0
  let isReading = true
  let isCut = false
  let ended: Ending | null = null
  let last: Ending | null = null
  let passed = 0
  let breaks = { after: Infinity, isNoticed: false }

  /** Answers whether a frame gets through. */
  function pass(): boolean {
    if (isCut || ended !== null) return false
    passed += 1
    if (passed <= breaks.after) return true
    if (breaks.isNoticed) queueMicrotask(() => line.lose())
    line.cut()
    return false
  }

  function end(how: Ending): void {
    if (ended !== null) return
    ended = how
    closing.resolve(how)
  }

  function deliver(text: string): void {
    if (!pass()) return
    received.push(text)
    line.onText(text)
  }

  const wire: Wire = {
    send(text) {
      if (!life.step()) return 'closed'
      if (isReading || isCut) {
        deliver(text)
        life.step()
        return 'sent'
      }
      waiting.push(text)
      waitingBytes += text.length
      return 'buffered'
    },
    batch: (run) => run(),
    bufferedBytes: () => waitingBytes,
    ping: () => {},
    end(code, reason) {
      if (isCut || life.isOver) return
      last = { code, reason }
      if (isReading) end(last)
    },
    destroy: () => end(lost),
  }

  const line: Line = {
    received,
    closed: closing.promise,
    get ended() {
      return ended
    },
    onText: () => {},
    send(text) {
      if (pass() && life.step()) peer.text(text)
    },
    sendBinary() {
      if (pass() && life.step()) peer.binary()
    },
    close(code = 1000) {
      if (ended !== null) return
      end({ code, reason: '' })
      if (!isCut && life.step()) peer.gone(code, '')
    },
    cut() {
      isCut = true
      end(lost)
    },
    lose() {
      isCut = true
      end(lost)
      if (life.step()) peer.gone(1006, '')
    },
    breakAfter(after, isNoticed) {
      breaks = { after, isNoticed }
    },
    reads(does) {
      isReading = does
      if (!does) return
      const texts = waiting
      ;[waiting, waitingBytes] = [[], 0]
      for (const text of texts) deliver(text)
      if (last !== null) end(last)
      if (texts.length > 0) peer.drained()
    },
  }
  const peer = openPeer(wire, open, { maxSendBufferBytes, log, onGone: () => {} })
  life.onEnd(() => {
    end(lost)
    queueMicrotask(() => peer.gone(1006, '')) // only so that nothing of it is left in this process
  })
  return line
}

const lost: Ending = { code: 1006, reason: '' }
