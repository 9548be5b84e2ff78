/** What is asked of the sockets that `open` makes. Those of browsers, of Node, of undici and of `ws` are such. */
export interface WebSocketLike {
  readonly readyState: number
  readonly bufferedAmount: number
  readonly protocol: string
  send(data: string): void
  close(code?: number, reason?: string): void
  /** Drops the connection at once, where there is such a thing. */
  terminate?(): void
  addEventListener(type: 'open', listener: () => void): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(type: 'error', listener: (event: object) => void): void
  addEventListener(type: 'close', listener: (event: CloseOf) => void): void
}

export interface CloseOf {
  readonly code: number
  readonly reason: string
  readonly wasClean: boolean
}
