import type { ResumableOptions } from './options.ts'
import type { ResumableWebSocket } from './resumable-web-socket.ts'
import { WebSocketFace } from './web-socket-face.ts'
import type { WebSocketLike } from './web-socket-like.ts'

/**
 * Opens a session and keeps it through lost connections: every event arrives once and in order, both ways. `open` makes the
 * socket for an address, with whatever headers or subprotocols carry the key; it is called once for each connection.
 */
export function resumable(open: (url: string) => WebSocketLike, options: ResumableOptions): ResumableWebSocket {
  return new WebSocketFace(open, options)
}
