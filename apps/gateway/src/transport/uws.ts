import { randomInt } from 'node:crypto'
import { Failure, sleep } from '@voicebox/kernel'
import { type Accepted, type Peers, makePeers } from './peers.ts'
import type { Peer, Wire } from './peer.ts'
import type { ListenOptions, Listener, Transport } from './port.ts'
import { decodeText } from './text.ts'
import { readHead } from './uws-head.ts'
import { type UwsHttp, makeUwsHttp, statusLine } from './uws-http.ts'
import type { Uws, UwsApp, UwsBehavior, UwsListenSocket, UwsSocket } from './uws-types.ts'
import { decideUpgrade } from './upgrade.ts'

/** The transport on uWebSockets: about half the CPU and memory of `ws`. */
export function makeUwsTransport(uws: Uws): Transport {
  return {
    name: 'uws',
    async listen(options) {
      const app = openApp(uws, options)
      const http = makeUwsHttp(options)
      const peers = makePeers(options)
      app.ws('/*', socketBehavior(uws, options, peers))
      app.any('/*', http.handle)
      try {
        const listenSocket = await bind(uws, app, options)
        return makeListener(uws, { app, http, peers, listenSocket })
      } catch (error) {
        peers.close()
        app.close()
        throw error
      }
    },
  }
}

function openApp(uws: Uws, { tls }: ListenOptions): UwsApp {
  if (tls === undefined) return uws.App()
  try {
    return uws.SSLApp({ key_file_name: tls.keyFile, cert_file_name: tls.certFile })
  } catch (cause) {
    throw new Failure('dependency', 'tls_files_unusable', `Cannot use ${tls.keyFile} and ${tls.certFile} for TLS`, {
      cause,
    })
  }
}

/**
 * A port that the system picks is lost to uWebSockets for a minute once connections of it were closed, and so to a successor.
 * So a free one is picked here, from among those that the system gives to nobody's outgoing connections.
 */
async function bind(uws: Uws, app: UwsApp, { host, port }: ListenOptions): Promise<UwsListenSocket> {
  if (port !== 0) return bindTo(uws, app, host, port)
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await bindTo(uws, app, host, randomInt(10_240, 32_768))
    } catch (error) {
      if (attempt === maxAttempts) throw error
    }
  }
}

const maxAttempts = 50

/** Exclusively: by default uWebSockets shares a port with whoever else has it, and so hides a mistake. */
function bindTo(uws: Uws, app: UwsApp, host: string, port: number): Promise<UwsListenSocket> {
  return new Promise((resolve, reject) => {
    app.listen(host, port, uws.LIBUS_LISTEN_EXCLUSIVE_PORT, (listenSocket) => {
      if (listenSocket !== false) resolve(listenSocket)
      else
        reject(
          new Failure('dependency', 'listen_failed', `Cannot listen on ${host}:${String(port)}: is the port taken?`),
        )
    })
  })
}

/** uWebSockets does not say when a closing connection has gone, so peers that have one get this long to read their close frame. */
const lingerMs = 500

function makeListener(
  uws: Uws,
  { app, http, peers, listenSocket }: { app: UwsApp; http: UwsHttp; peers: Peers; listenSocket: UwsListenSocket },
): Listener {
  const port = uws.us_socket_local_port(listenSocket)
  let isAccepting = true
  let closing: Promise<void> | undefined
  const stopAccepting = (): void => {
    if (isAccepting) uws.us_listen_socket_close(listenSocket)
    isAccepting = false
  }
  const close = async (): Promise<void> => {
    stopAccepting()
    const isBusy = peers.size > 0 || http.inFlight() > 0
    peers.close()
    if (isBusy) await sleep(lingerMs)
    app.close()
  }
  return { port, stopAccepting, close: () => (closing ??= close()) }
}

interface Connection {
  open: Accepted['open']
  peer?: Peer
}

function socketBehavior(uws: Uws, options: ListenOptions, peers: Peers): UwsBehavior<Connection> {
  const { maxFrameBytes, pingIntervalMs } = options
  return {
    // a frame above uWebSockets' own bound is answered by silence: only one that it delivers can be answered with 1009
    maxPayloadLength: 2 * maxFrameBytes,
    // the heartbeat notices the dead much earlier; this is what also ends a connection that is closing and never gets there
    idleTimeout: Math.min(960, Math.max(64, Math.ceil((4 * pingIntervalMs) / 1000))),
    maxBackpressure: 0,
    compression: uws.DISABLED,
    sendPingsAutomatically: false,
    upgrade: (response, request, context) => {
      const head = readHead(response, request)
      const header = (name: string): string | undefined => head.headers.get(name)
      const gone = new AbortController()
      response.onAborted(() => gone.abort())
      const { target, remoteAddress } = head
      void decideUpgrade(options, { target, header, remoteAddress, signal: gone.signal }).then((acceptance) => {
        if (gone.signal.aborted) return
        if (acceptance.kind === 'refuse') {
          response.cork(() => {
            response.writeStatus(statusLine(acceptance.status)).writeHeader('content-type', 'application/json')
            for (const [name, value] of Object.entries(acceptance.headers ?? {})) response.writeHeader(name, value)
            response.end(JSON.stringify(acceptance.body), true)
          })
          return
        }
        const connection: Connection = { open: acceptance.open }
        const key = header('sec-websocket-key') ?? ''
        // Not corked, whatever uWebSockets warns of: where the socket stays in its place, cork takes the WebSocket for an
        // HTTP response afterwards, reads a close flag that is not there, and one in twenty is closed.
        response.upgrade(connection, key, acceptance.protocol ?? '', '', context)
      })
    },
    open: (socket) => {
      const connection = socket.getUserData()
      connection.peer = peers.open(wireOf(socket), connection.open)
    },
    message: (socket, message, isBinary) => {
      const { peer } = socket.getUserData()
      if (message.byteLength > maxFrameBytes) peer?.socket.close(1009, 'frame_too_large')
      else if (isBinary) peer?.binary()
      else peer?.text(decodeText(Buffer.from(message)))
    },
    drain: (socket) => {
      if (socket.getBufferedAmount() === 0) socket.getUserData().peer?.drained()
    },
    ping: (socket) => socket.getUserData().peer?.heard(),
    pong: (socket) => socket.getUserData().peer?.heard(),
    close: (socket, code, message) => {
      const reason = Buffer.from(message).toString()
      socket.getUserData().peer?.gone(code === 1006 ? (brokenRules[reason] ?? code) : code, reason)
    },
  }
}

/** How uWebSockets words the ends that it reports as 1006, although the peer broke a rule that has a code. */
const brokenRules: Readonly<Record<string, number>> = {
  'Received too big message': 1009,
  'Received invalid UTF-8': 1007,
  'Received invalid WebSocket frame': 1002,
}

function wireOf(socket: UwsSocket<Connection>): Wire {
  return {
    send: (text) => (socket.send(text, false, false) === 1 ? 'sent' : 'buffered'),
    batch: (run) => void socket.cork(run),
    bufferedBytes: () => socket.getBufferedAmount(),
    ping: () => void socket.ping(),
    end: (code, reason) => socket.end(code, reason),
    destroy: () => socket.close(),
  }
}
