import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Wire } from './peer.ts'
import { type Accepted, type Peers } from './peers.ts'
import type { Acceptance, ListenOptions } from './port.ts'
import { decodeText } from './text.ts'
import { decideUpgrade } from './upgrade.ts'

export interface WsUpgrades {
  handle(request: IncomingMessage, duplex: Duplex, head: Buffer): void
  /** Drops every socket that is open, closing or still being decided on. */
  destroy(): void
}

/** Turns upgrade requests of a Node HTTP server into peers. */
export function makeWsUpgrades(options: ListenOptions, peers: Peers): WsUpgrades {
  const undecided = new Set<Duplex>()
  const protocols = new WeakMap<IncomingMessage, string>()
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: options.maxFrameBytes,
    perMessageDeflate: false,
    handleProtocols: (_offers, request) => protocols.get(request) ?? false,
  })

  const complete = (request: IncomingMessage, duplex: Duplex, head: Buffer, acceptance: Accepted): boolean => {
    if (acceptance.protocol !== undefined) protocols.set(request, acceptance.protocol)
    let isOpened = false
    server.handleUpgrade(request, duplex, head, (socket) => {
      isOpened = true
      attach(socket, duplex, peers, acceptance.open)
    })
    return isOpened
  }

  const decide = async (request: IncomingMessage, duplex: Duplex, head: Buffer): Promise<void> => {
    const gone = new AbortController()
    const leave = (): void => gone.abort()
    undecided.add(duplex)
    duplex.on('error', leave).on('end', leave).on('close', leave)
    const acceptance = await decideUpgrade(options, {
      target: request.url ?? '/',
      header: (name) => request.headers[name]?.toString(),
      remoteAddress: request.socket.remoteAddress ?? '',
      signal: gone.signal,
    })
    undecided.delete(duplex)
    if (gone.signal.aborted) return void duplex.destroy()
    duplex.off('end', leave).off('close', leave)
    if (acceptance.kind === 'refuse') return refuse(duplex, acceptance)
    if (complete(request, duplex, head, acceptance)) duplex.off('error', leave)
    else gone.abort()
  }

  return {
    handle: (request, duplex, head) => void decide(request, duplex, head),
    destroy() {
      for (const socket of server.clients) socket.terminate()
      for (const duplex of undecided) duplex.destroy()
    },
  }
}

/** Whether a request asks for a WebSocket in a way that `ws` accepts; every other request is plain HTTP. */
export function isWebSocketUpgrade({ method, headers }: IncomingMessage): boolean {
  const key = headers['sec-websocket-key'] ?? ''
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket' && /^[+/0-9A-Za-z]{22}==$/.test(key)
}

function refuse(duplex: Duplex, { status, body, headers }: Extract<Acceptance, { kind: 'refuse' }>): void {
  const json = Buffer.from(JSON.stringify(body))
  const head = { 'content-type': 'application/json', ...headers, 'content-length': json.length, connection: 'close' }
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${String(value)}\r\n`)
  duplex.once('finish', () => duplex.destroy())
  duplex.end(
    `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? 'Unknown'}\r\n${lines.join('')}\r\n${json.toString()}`,
  )
}

function attach(socket: WebSocket, duplex: Duplex, peers: Peers, open: Accepted['open']): void {
  const peer = peers.open(wireOf(socket, duplex), open)
  socket.on('message', (data, isBinary) => {
    if (isBinary || !Buffer.isBuffer(data)) peer.binary()
    else peer.text(decodeText(data))
  })
  socket.on('ping', () => peer.heard())
  socket.on('pong', () => peer.heard())
  socket.on('error', (error: Error & { code?: string }) => peer.gone(closeCodeOf(error.code), error.message))
  socket.on('close', (code, reason) => peer.gone(code, reason.toString()))
  duplex.on('drain', () => peer.drained())
}

function wireOf(socket: WebSocket, duplex: Duplex): Wire {
  return {
    send(text) {
      if (socket.readyState !== socket.OPEN) return 'closed'
      socket.send(text)
      return duplex.writableNeedDrain ? 'buffered' : 'sent'
    },
    batch(run) {
      duplex.cork()
      try {
        run()
      } finally {
        duplex.uncork()
      }
    },
    bufferedBytes: () => socket.bufferedAmount,
    ping: () => {
      if (socket.readyState === socket.OPEN) socket.ping()
    },
    end: (code, reason) => socket.close(code, reason),
    destroy: () => socket.terminate(),
  }
}

/** `ws` answers a broken rule with the right close frame by itself; its error says which rule. */
function closeCodeOf(errorCode = ''): number {
  if (errorCode === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') return 1009
  if (errorCode === 'WS_ERR_INVALID_UTF8') return 1007
  return errorCode.startsWith('WS_ERR_') ? 1002 : 1006
}
