import type { Log } from '@voicebox/kernel'
import type { Socket, SocketHandlers } from './port.ts'

/** What an adapter can do with one open connection. Nothing is called after `end`, `destroy`, or once `gone` was reported. */
export interface Wire {
  /** `buffered` promises a later `drained`. */
  send(text: string): 'sent' | 'buffered' | 'closed'
  /** Runs the callback, and lets what it sends leave together. */
  batch(run: () => void): void
  bufferedBytes(): number
  ping(): void
  end(code: number, reason: string): void
  destroy(): void
}

/** One socket between an adapter and the application: the rules of the port that do not depend on the adapter. */
export interface Peer {
  readonly socket: Socket
  readonly isOpen: boolean
  text(text: string): void
  binary(): void
  /** The send buffer is empty. */
  drained(): void
  /** The peer gave a sign of life other than a message. */
  heard(): void
  /** One heartbeat has passed. */
  beat(): void
  /** The connection has ended, whoever ended it; only the first report counts. */
  gone(code: number, reason: string): void
}

interface PeerOptions {
  maxSendBufferBytes: number
  log: Log
  onGone: (peer: Peer) => void
}

export function openPeer(wire: Wire, open: (socket: Socket) => SocketHandlers, options: PeerOptions): Peer {
  let isOpen = true
  let isDrainAwaited = false
  let beatsUnanswered = 0
  let handlers: SocketHandlers | undefined

  const socket: Socket = {
    send(text) {
      if (!isOpen) return 'closed'
      if (wire.bufferedBytes() > options.maxSendBufferBytes) {
        cut(1013, 'send_buffer_full')
        return 'closed'
      }
      const outcome = wire.send(text)
      if (outcome !== 'buffered') return outcome
      isDrainAwaited = true
      return 'buffered'
    },
    batch(run) {
      if (isOpen) wire.batch(run)
      else run()
    },
    get bufferedBytes() {
      return isOpen ? wire.bufferedBytes() : 0
    },
    close(code, reason) {
      if (!isOpen) return
      const shortReason = withinCloseFrame(reason)
      peer.gone(code, shortReason)
      wire.end(code, shortReason)
    },
    terminate() {
      cut(1006, 'terminated')
    },
  }

  const peer: Peer = {
    socket,
    get isOpen() {
      return isOpen
    },
    text(text) {
      beatsUnanswered = 0
      deliver((to) => to.onText(text))
    },
    binary() {
      beatsUnanswered = 0
      deliver((to) => to.onBinary())
    },
    drained() {
      if (!isDrainAwaited) return
      isDrainAwaited = false
      deliver((to) => to.onDrain())
    },
    heard() {
      beatsUnanswered = 0
    },
    beat() {
      if (!isOpen) return
      if (beatsUnanswered === 2) return cut(1006, 'ping_unanswered')
      beatsUnanswered += 1
      wire.ping()
    },
    gone(code, reason) {
      if (!isOpen) return
      isOpen = false
      options.onGone(peer)
      queueMicrotask(() => guarded(() => handlers?.onClose(code, reason)))
    },
  }

  guarded(() => {
    handlers = open(socket)
  })
  return peer

  function cut(code: number, reason: string): void {
    if (!isOpen) return
    peer.gone(code, reason)
    wire.destroy()
  }

  function deliver(run: (to: SocketHandlers) => void): void {
    const to = handlers
    if (isOpen && to !== undefined) guarded(() => run(to))
  }

  function guarded(run: () => void): void {
    try {
      run()
    } catch (error) {
      options.log.error({ error }, 'A socket handler threw')
      socket.close(1011, 'internal_error')
    }
  }
}

/** A close frame has room for 123 bytes of reason; a character is kept whole or left out. */
function withinCloseFrame(reason: string): string {
  const bytes = Buffer.from(reason)
  return bytes.length <= 123 ? reason : new TextDecoder().decode(bytes.subarray(0, 123), { stream: true })
}
