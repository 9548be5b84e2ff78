import { createRequire } from 'node:module'
import type { Uws, UwsSocket } from '../../../apps/gateway/src/transport/uws-types.ts'

// The least that a server can do with the frames of a session: uWebSockets itself gives back each as it came. Asked to play, it
// sends audio deltas of a set length, made before, as often as it is told.

const gateway = createRequire(new URL('../../../apps/gateway/package.json', import.meta.url))
const uws = gateway(`@uwsjs/${process.platform}-${process.arch}-${process.versions.node.split('.')[0] ?? ''}`) as Uws
const delta = JSON.stringify({
  type: 'response.output_audio.delta',
  event_id: 'event_000000000000000000000',
  response_id: 'resp_000000000000000000000',
  item_id: 'item_000000000000000000000',
  output_index: 0,
  content_index: 0,
  delta: Buffer.alloc(4_800).toString('base64'),
})
const open = new Set<UwsSocket<unknown>>()

uws
  .App()
  .ws('/*', {
    maxPayloadLength: 1 << 20,
    idleTimeout: 120,
    maxBackpressure: 0,
    compression: uws.DISABLED,
    sendPingsAutomatically: true,
    upgrade: (response, request, context) =>
      response.upgrade({}, request.getHeader('sec-websocket-key'), '', '', context),
    open: (socket) => void open.add(socket),
    message(socket, message) {
      if (message.byteLength > 200) socket.send(message as unknown as string, false, false)
      else play(socket, JSON.parse(Buffer.from(message).toString()) as { everyMs: number; seconds: number })
    },
    drain: () => {},
    ping: () => {},
    pong: () => {},
    close: (socket) => void open.delete(socket),
  })
  .listen('127.0.0.1', 0, 0, (listening) => {
    if (listening === false) throw new Error('The floor could not listen')
    process.send?.({ urls: [`ws://127.0.0.1:${uws.us_socket_local_port(listening)}/`] })
  })

function play(socket: UwsSocket<unknown>, { everyMs, seconds }: { everyMs: number; seconds: number }): void {
  let left = (seconds * 1_000) / everyMs
  const timer = setInterval(() => {
    if (open.has(socket) && left-- > 0) socket.send(delta, false, false)
    else clearInterval(timer)
  }, everyMs)
}

process.once('disconnect', () => process.exit(0))
