import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { onTestFinished } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { ensureCertificate } from '../data-dir/certificate.ts'
import { writeRunning } from '../data-dir/running-file.ts'

type Event = Record<string, unknown> & { type: string }

/** A server that answers by a script, over real TLS, and is announced in the data directory as a running voicebox. */
export async function startScriptedServer(
  dataDir: string,
  script: (event: Event, send: (event: Event) => void, socket: WebSocket) => void,
): Promise<void> {
  const files = await ensureCertificate(dataDir, Date.now())
  const server = createServer({ cert: readFileSync(files.certFile), key: readFileSync(files.keyFile) })
  const sockets = new WebSocketServer({ server, path: '/v1/realtime' })
  sockets.on('connection', (socket, request) => {
    const send = (event: Event): void => socket.send(JSON.stringify({ event_id: 'event_1', ...event }))
    if (request.headers.authorization !== 'Bearer sk-voicebox-dev') {
      send({
        type: 'error',
        error: { type: 'invalid_request_error', code: 'invalid_api_key', message: 'Wrong', param: null },
      })
      socket.close(3000, 'invalid_request_error.invalid_api_key')
      return
    }
    send({ type: 'session.created', session: { type: 'realtime' } })
    socket.on('message', (data: Buffer) => script(JSON.parse(data.toString()) as Event, send, socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  writeRunning(dataDir, { pid: process.pid, urls: [`wss://127.0.0.1:${port}/v1/realtime`], certFile: files.certFile })
  onTestFinished(() => {
    sockets.close()
    for (const socket of sockets.clients) socket.terminate()
    server.close()
  })
}
