import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { resumable } from '../resumable.ts'
import type { ResumableOptions } from '../options.ts'
import type { ResumableState, ResumableWebSocket } from '../resumable-web-socket.ts'

export interface TestClient {
  socket: ResumableWebSocket
  /** The connections it has had. */
  connections: WebSocket[]
  states: ResumableState[]
  messages: string[]
  /** Every event but messages, as they came. */
  told: Event[]
  /** Sends an event that says its place among all that were sent. */
  send(type: string, fields?: Record<string, unknown>): string
  ofType(type: string): Event[]
}

/** A client over `ws` that is quick to try again. */
export function openClient(options: ResumableOptions): TestClient {
  const states: ResumableState[] = []
  const connections: WebSocket[] = []
  const messages: string[] = []
  const told: Event[] = []
  let count = 0
  const open = (url: string): WebSocket => {
    const connection = new WebSocket(url)
    connections.push(connection)
    return connection
  }
  const socket = resumable(open, {
    firstDelayMs: 2,
    longestDelayMs: 20,
    onStateChange: (state) => states.push(state),
    ...options,
  })
  for (const type of ['open', 'error', 'close', 'resuming', 'resumed']) {
    socket.addEventListener(type, (event) => told.push(event))
  }
  socket.addEventListener('message', ({ data }) => messages.push(String(data)))
  onTestFinished(() => {
    socket.close()
    for (const connection of connections) connection.terminate()
  })
  return {
    socket,
    connections,
    states,
    messages,
    told,
    send(type, fields = {}) {
      const text = JSON.stringify({ type, n: (count += 1), ...fields })
      socket.send(text)
      return text
    },
    ofType: (type) => told.filter((event) => event.type === type),
  }
}

export const append = 'input_audio_buffer.append'
