/** The part of uWebSockets.js that the adapter uses. Every object is valid only until its close or abort callback: any later call throws. */
export interface Uws {
  App(): UwsApp
  SSLApp(options: { key_file_name: string; cert_file_name: string }): UwsApp
  us_listen_socket_close(socket: UwsListenSocket): void
  us_socket_local_port(socket: UwsListenSocket): number
  readonly DISABLED: number
  readonly LIBUS_LISTEN_EXCLUSIVE_PORT: number
}

export interface UwsListenSocket {
  readonly __native: 'listen socket'
}

export interface UwsContext {
  readonly __native: 'socket context'
}

export interface UwsApp {
  ws<UserData>(pattern: string, behavior: UwsBehavior<UserData>): UwsApp
  any(pattern: string, handler: (response: UwsResponse, request: UwsRequest) => void): UwsApp
  listen(host: string, port: number, options: number, done: (socket: UwsListenSocket | false) => void): UwsApp
  /** Closes the listen socket and every connection, at once. */
  close(): UwsApp
}

export interface UwsBehavior<UserData> {
  maxPayloadLength: number
  /** Seconds; 0 or at least 8. */
  idleTimeout: number
  /** 0 sets no bound. */
  maxBackpressure: number
  compression: number
  sendPingsAutomatically: boolean
  upgrade(response: UwsResponse, request: UwsRequest, context: UwsContext): void
  open(socket: UwsSocket<UserData>): void
  /** The bytes are valid only inside the callback. */
  message(socket: UwsSocket<UserData>, message: ArrayBuffer, isBinary: boolean): void
  drain(socket: UwsSocket<UserData>): void
  ping(socket: UwsSocket<UserData>): void
  pong(socket: UwsSocket<UserData>): void
  close(socket: UwsSocket<UserData>, code: number, message: ArrayBuffer): void
}

export interface UwsSocket<UserData> {
  /** 1: sent, 0: backpressure, 2: dropped. */
  send(message: string, isBinary: boolean, compress: boolean): number
  /** Sends together, when the callback returns, what it sends. */
  cork(run: () => void): UwsSocket<UserData>
  ping(): number
  getBufferedAmount(): number
  getUserData(): UserData
  /** Sends a close frame after what is buffered, and calls the close handler before it returns. */
  end(code: number, reason: string): void
  /** Drops the connection, and calls the close handler before it returns. */
  close(): void
}

/** Valid only inside the handler that it was given to. */
export interface UwsRequest {
  getCaseSensitiveMethod(): string
  getUrl(): string
  getHeader(name: string): string
  /** Without the question mark; undefined when there is none. */
  getQuery(): string | undefined
  forEach(visit: (lowerCaseName: string, value: string) => void): void
}

export interface UwsResponse {
  onAborted(handler: () => void): UwsResponse
  onData(handler: (chunk: ArrayBuffer, isLast: boolean) => void): UwsResponse
  onWritable(handler: (offset: number) => boolean): UwsResponse
  cork(write: () => void): UwsResponse
  writeStatus(status: string): UwsResponse
  writeHeader(name: string, value: string): UwsResponse
  write(chunk: Uint8Array): boolean
  end(body?: string | Uint8Array, closeConnection?: boolean): UwsResponse
  endWithoutBody(reportedContentLength?: number, closeConnection?: boolean): UwsResponse
  close(): UwsResponse
  getRemoteAddressAsText(): ArrayBuffer
  upgrade(userData: object, key: string, protocol: string, extensions: string, context: UwsContext): void
}
