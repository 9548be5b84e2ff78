import { once } from 'node:events'
import { createServer } from 'node:http'
import { onTestFinished } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'

export type Fields = Record<string, unknown>

export interface Peer {
  send(event: Fields): void
  /** Says an error of the protocol, about the event that came. */
  refuse(error: Fields): void
  socket: WebSocket
}

/** What a fake server does with an event of this type; what it has no answer for is refused as unknown. */
export type Answers = Record<string, (event: Fields, peer: Peer) => void>

export const key = 'sk-of-the-tests'

/** A server that knows a few events, and others as the test says; answers its address. It shows no session but its type. */
export async function startFakeServer(answers: Answers = {}): Promise<string> {
  const server = createServer((_, response) => response.writeHead(426).end())
  const sockets = new WebSocketServer({ server, path: '/v1/realtime' })
  sockets.on('connection', (socket, request) => greet(socket, request.headers.authorization, { ...known, ...answers }))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets.clients) socket.terminate()
    sockets.close()
    server.close()
  })
  const address = server.address()
  return `ws://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/v1/realtime`
}

const session = { type: 'realtime', model: 'gpt-realtime' }

const known: Answers = {
  'session.update': (_, { send }) => send({ type: 'session.updated', session }),
  'input_audio_buffer.clear': (_, { send }) => send({ type: 'input_audio_buffer.cleared' }),
}

function greet(socket: WebSocket, authorization: string | undefined, answers: Answers): void {
  let count = 0
  const send = (event: Fields): void => socket.send(JSON.stringify({ event_id: `event_${(count += 1)}`, ...event }))
  const complain = (eventId: unknown, error: Fields): void =>
    send({
      type: 'error',
      error: { type: 'invalid_request_error', param: null, message: 'No.', event_id: eventId ?? null, ...error },
    })
  if (authorization !== `Bearer ${key}`) {
    complain(null, { code: 'invalid_api_key', message: `Incorrect key: ${authorization ?? 'none'}` })
    return socket.close(3000, 'invalid_request_error.invalid_api_key')
  }
  send({ type: 'session.created', session })
  socket.on('message', (data: Buffer) => {
    const event = JSON.parse(data.toString('utf8')) as Fields
    const refuse = (error: Fields): void => complain(event['event_id'], error)
    const answer = answers[String(event['type'])]
    if (answer === undefined) refuse({ code: 'invalid_value', param: 'type', message: 'Known are: session.update' })
    else answer(event, { send, refuse, socket })
  })
}
