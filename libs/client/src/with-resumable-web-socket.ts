import type { ResumableOptions } from './options.ts'
import { resumable } from './resumable.ts'
import type { WebSocketLike } from './web-socket-like.ts'

export interface GlobalOptions extends Omit<ResumableOptions, 'url'> {
  /** The addresses to use for the one that the library asks for, such as those of several gateways. The same one. */
  addressesOf?: ((url: string) => string | readonly string[]) | undefined
}

/**
 * Runs `make` with a `globalThis.WebSocket` whose sockets are resumable, and puts back what was there: for libraries that take
 * no socket of yours. `make` must open its socket before it returns, so it cannot be asynchronous.
 */
export function withResumableWebSocket<T>(
  open: (url: string, protocols: string[]) => WebSocketLike,
  { addressesOf = (url) => url, ...options }: GlobalOptions,
  make: () => T,
): T {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'WebSocket')
  const makeSocket = function (url: string | URL, protocols: string | string[] = []) {
    return resumable((address) => open(address, [protocols].flat()), { ...options, url: addressesOf(String(url)) })
  }
  const value = Object.assign(makeSocket, { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 })
  Object.defineProperty(globalThis, 'WebSocket', { value, configurable: true, writable: true, enumerable: false })
  try {
    return make()
  } finally {
    if (before === undefined) Reflect.deleteProperty(globalThis, 'WebSocket')
    else Object.defineProperty(globalThis, 'WebSocket', before)
  }
}
