import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import OpenAI from 'openai'
import { OpenAIRealtimeWebSocket as BetaWebSocket } from 'openai/beta/realtime/websocket'
import { OpenAIRealtimeWS as BetaWS } from 'openai/beta/realtime/ws'
import { OpenAIRealtimeWebSocket } from 'openai/realtime/websocket'
import { OpenAIRealtimeWS } from 'openai/realtime/ws'
import type * as beta from 'openai/resources/beta/realtime/realtime'
import type * as ga from 'openai/resources/realtime/realtime'
import { apiKey, type Stack } from './stack.ts'
import { watch, type Watch } from './watch.ts'

/** What a client stands on: the `ws` package, which can send headers, or Node's own WebSocket, which like a browser's cannot. */
export const sockets = ['ws', 'WebSocket'] as const
export type SocketKind = (typeof sockets)[number]

/** A realtime client of the `openai` package on an open socket. */
export interface OpenAIClient<E extends { type: string }, C> {
  watch: Watch<E>
  /** What the client told as errors, the server's and its own. */
  errors: ClientError[]
  send(event: C): void
  close(): Promise<void>
}

interface ClientError extends Error {
  error?: { code?: string | null; event_id?: string | null } | undefined
}

const model = 'gpt-realtime'
const selfSigned = { rejectUnauthorized: false }

/** Lets this process trust the stack's certificate, also where a client has no setting for it. */
export function trust(stack: Stack): void {
  setDefaultCACertificates([...getCACertificates('default'), stack.ca])
}

/** The REST client, over TLS: the realtime clients take their address and key from it. */
export function restOf(stack: Stack, key = apiKey): OpenAI {
  return new OpenAI({ apiKey: key, baseURL: `https://localhost:${new URL(stack.wss()).port}/v1`, maxRetries: 0 })
}

export type GaClient = OpenAIClient<ga.RealtimeServerEvent, ga.RealtimeClientEvent>

export function dial(stack: Stack, kind: SocketKind, key = apiKey): Promise<GaClient> {
  const rest = restOf(stack, key)
  const client =
    kind === 'ws'
      ? new OpenAIRealtimeWS({ model, options: selfSigned }, rest)
      : new OpenAIRealtimeWebSocket({ model }, rest)
  return opened<ga.RealtimeServerEvent, ga.RealtimeClientEvent>(client)
}

export type BetaClient = OpenAIClient<beta.RealtimeServerEvent, beta.RealtimeClientEvent>

/** As `dial`, with the client of the beta API that the package still brings. */
export function dialBeta(stack: Stack, kind: SocketKind): Promise<BetaClient> {
  const rest = restOf(stack)
  const client = kind === 'ws' ? new BetaWS({ model, options: selfSigned }, rest) : new BetaWebSocket({ model }, rest)
  return opened<beta.RealtimeServerEvent, beta.RealtimeClientEvent>(client)
}

interface Dialing<E, C> {
  on(type: 'event', listener: (event: E) => void): unknown
  on(type: 'error', listener: (error: ClientError) => void): unknown
  send(event: C): void
  close(): void
  socket: {
    addEventListener(type: 'open', listener: () => void): void
    addEventListener(type: 'close', listener: (event: { code: number; reason: string }) => void): void
  }
}

async function opened<E extends { type: string }, C>(client: Dialing<E, C>): Promise<OpenAIClient<E, C>> {
  const seen = watch<E>()
  const errors: ClientError[] = []
  client.on('event', (event) => seen.add(event))
  const closed = new Promise<void>((resolve) => {
    client.socket.addEventListener('close', ({ code, reason }) => {
      seen.end(`closed with ${code} ${reason}`)
      resolve()
    })
  })
  await new Promise<void>((resolve, reject) => {
    client.on('error', (error) => {
      errors.push(error)
      reject(error)
    })
    client.socket.addEventListener('open', resolve)
  })
  return {
    watch: seen,
    errors,
    send: (event) => client.send(event),
    async close() {
      client.close()
      await closed
    },
  }
}
