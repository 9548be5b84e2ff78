import type { Log } from '@voicebox/kernel'

/**
 * Carries WebSockets and plain HTTP on one port. Two adapters keep this contract, and one conformance suite checks both:
 * what happens, in which order and with which codes does not depend on the adapter, except where `onClose` says so.
 */
export interface Transport {
  readonly name: 'uws' | 'ws'
  /** Resolves once connections are taken. Throws a `Failure` of kind `dependency` when the port is taken or the TLS files cannot be used. */
  listen(options: ListenOptions): Promise<Listener>
}

export interface ListenOptions {
  host: string
  /** 0 picks a free port, which `Listener.port` names. */
  port: number
  tls?: { keyFile: string; certFile: string }
  /** A larger message closes its socket with 1009. */
  maxFrameBytes: number
  /** A socket that has more than this waiting to be read by its peer is cut off with 1013; so memory holds at most this and one message. */
  maxSendBufferBytes: number
  /** Every peer is pinged this often; one that is silent for three intervals is cut off with 1006. About 20 s suits the public internet. */
  pingIntervalMs: number
  /**
   * Answers every HTTP request that is no WebSocket upgrade. The body is already read: above 1 MiB the answer is 413 and
   * `fetch` is not called. What it throws becomes a 500.
   */
  fetch: (request: Request, peer: { remoteAddress: string }) => Response | Promise<Response>
  /** Decides on every WebSocket upgrade. What it throws becomes a 500. */
  accept: (request: UpgradeRequest) => Acceptance | Promise<Acceptance>
  /** Where bugs of `fetch`, `accept` and the socket handlers are written: one of them never ends the process. */
  log: Log
}

export interface UpgradeRequest {
  readonly path: string
  readonly query: URLSearchParams
  header(name: string): string | undefined
  /** What the client offered in Sec-WebSocket-Protocol, in its order. */
  readonly protocols: readonly string[]
  readonly remoteAddress: string
  /** Aborted if the client leaves before `open`, which is then never called: whatever `accept` reserved is given back here. */
  readonly signal: AbortSignal
}

export type Acceptance =
  | {
      kind: 'accept'
      /** The one subprotocol to answer with. Absent, or not among the offers: none is sent. */
      protocol?: string
      /** Called once the client may be written to, and before any of its frames is delivered. */
      open: (socket: Socket) => SocketHandlers
    }
  | { kind: 'refuse'; status: number; body: unknown; headers?: Readonly<Record<string, string>> }

export interface Socket {
  /**
   * Sends one text frame, in order. `buffered` means that the peer is slower than the sender: `onDrain` follows once
   * everything has left. Never throws; `closed` means the text was dropped.
   */
  send(text: string): 'sent' | 'buffered' | 'closed'
  /** Hands over to the network at once what the callback sends, where that is possible: many frames cost little more than one. */
  batch(run: () => void): void
  /** What waits in this process to be taken by the network. */
  readonly bufferedBytes: number
  /** Delivers what was sent before, then the close frame; the transport waits for that, for a bounded time. Harmless when closed. */
  close(code: number, reason: string): void
  /** Drops the connection at once with whatever is unsent. */
  terminate(): void
}

/** What the application does with one socket. A handler that throws closes its socket with 1011. */
export interface SocketHandlers {
  onText(text: string): void
  onBinary(): void
  onDrain(): void
  /**
   * Called exactly once, and last: no other handler runs after it, nor after `close` or `terminate`. Never called from
   * inside a call on the socket. The code is the one that ended it, whoever sent it: the peer's (1005: it sent none), the one
   * given to `close`, 1013 for a full send buffer, 1009 and 1007 for a frame too large or not UTF-8, 1006 for a lost
   * connection and for `terminate`. The peer of `uws` sees 1006 in place of 1007, and of 1009 for more than twice the maximum.
   */
  onClose(code: number, reason: string): void
}

export interface Listener {
  readonly port: number
  /** Takes no more connections; those that are open go on. */
  stopAccepting(): void
  /** Takes no more connections, closes the open sockets with 1001, and resolves when the port is free and nothing is left. */
  close(): Promise<void>
}
