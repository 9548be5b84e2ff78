import { getRequestListener } from '@hono/node-server'
import { Failure, sleep } from '@voicebox/kernel'
import { readFile } from 'node:fs/promises'
import { type IncomingMessage, type Server, type ServerOptions, type ServerResponse, createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { answerHttp, makeBody } from './http.ts'
import { type Peers, makePeers } from './peers.ts'
import type { ListenOptions, Listener, Transport } from './port.ts'
import { type WsUpgrades, isWebSocketUpgrade, makeWsUpgrades } from './ws-upgrade.ts'

/** The transport on Node's own HTTP server and `ws`: runs wherever Node does. */
export function makeWsTransport(): Transport {
  return {
    name: 'ws',
    async listen(options) {
      const server = await openServer(options)
      server.on('request', requestListener(options))
      await bind(server, options)
      const peers = makePeers(options)
      const upgrades = makeWsUpgrades(options, peers)
      server.on('upgrade', upgrades.handle)
      return makeListener(server, peers, upgrades)
    },
  }
}

async function openServer({ tls }: ListenOptions): Promise<Server> {
  // without it Node takes every `Upgrade` header, `h2c` for one, away from the HTTP routes
  const serverOptions: ServerOptions & { shouldUpgradeCallback: (request: IncomingMessage) => boolean } = {
    shouldUpgradeCallback: isWebSocketUpgrade,
  }
  if (tls === undefined) return createServer(serverOptions)
  try {
    const [key, cert] = await Promise.all([readFile(tls.keyFile), readFile(tls.certFile)])
    return createTlsServer({ ...serverOptions, key, cert })
  } catch (cause) {
    throw new Failure('dependency', 'tls_files_unusable', `Cannot use ${tls.keyFile} and ${tls.certFile} for TLS`, {
      cause,
    })
  }
}

function requestListener(options: ListenOptions): (incoming: IncomingMessage, outgoing: ServerResponse) => void {
  const listener = getRequestListener(
    async (request, { incoming }) => {
      const { url, method, headers } = request
      const body = request.body === null ? undefined : makeBody()
      if (body !== undefined && request.body !== null) {
        for await (const chunk of request.body) {
          if (!body.add(chunk)) incoming.destroy()
        }
      }
      return answerHttp(options, { url, method, headers, body, remoteAddress: incoming.socket.remoteAddress ?? '' })
    },
    { overrideGlobalObjects: false },
  )
  return (incoming, outgoing) => void listener(incoming, outgoing)
}

function bind(server: Server, { host, port }: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      reject(
        new Failure('dependency', 'listen_failed', `Cannot listen on ${host}:${String(port)}: is the port taken?`, {
          cause,
        }),
      )
    })
    server.listen(port, host, () => {
      server.removeAllListeners('error')
      resolve()
    })
  })
}

/** Peers that are connected when the listener closes get this long to answer the close frame. */
const lingerMs = 500

function makeListener(server: Server, peers: Peers, upgrades: WsUpgrades): Listener {
  const { port } = server.address() as AddressInfo
  let stopped: Promise<void> | undefined
  const stopAccepting = (): Promise<void> => (stopped ??= new Promise((resolve) => server.close(() => resolve())))
  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    const allGone = stopAccepting()
    peers.close()
    server.closeIdleConnections()
    await within(lingerMs, allGone)
    upgrades.destroy()
    server.closeAllConnections()
    await allGone
  }
  return { port, stopAccepting: () => void stopAccepting(), close: () => (closing ??= close()) }
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  const over = new AbortController()
  await Promise.race([sleep(ms, over.signal), work])
  over.abort()
}
