import { once } from 'node:events'
import { connect as connectPlain } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { type IncomingMessage, request as requestPlain } from 'node:http'
import { request as requestTls } from 'node:https'
import { WebSocket } from 'ws'

/** A WebSocket client that keeps what it received. */
export interface Client {
  ws: WebSocket
  texts: string[]
  closed: Promise<{ code: number; reason: string }>
}

export async function dial(url: string, protocols: string[] = [], options: object = {}): Promise<Client> {
  const client = startDialing(url, protocols, options)
  await once(client.ws, 'open')
  return client
}

export function startDialing(url: string, protocols: string[] = [], options: object = {}): Client {
  const ws = new WebSocket(url, protocols, { rejectUnauthorized: false, ...options })
  const texts: string[] = []
  ws.on('message', (data: Buffer) => texts.push(data.toString()))
  ws.on('error', () => undefined) // `closed` follows, and says enough
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    ws.on('close', (code, reason) => resolve({ code, reason: reason.toString() }))
  })
  return { ws, texts, closed }
}

export interface HttpAnswer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
}

/** The answer to an upgrade that was refused. */
export function dialRefused(url: string): Promise<HttpAnswer> {
  const { ws } = startDialing(url)
  return new Promise((resolve, reject) => {
    ws.on('open', () => reject(new Error('the upgrade was accepted')))
    ws.on('unexpected-response', (_request, response) => {
      readAnswer(response).then(resolve, reject)
    })
  })
}

/** One HTTP request on a connection of its own; certificates are not verified. */
export async function askHttp(webSocketUrl: string, options: HttpAsk = {}): Promise<HttpAnswer> {
  const response = await startAsking(webSocketUrl, options)
  return readAnswer(response)
}

/** Asks, and leaves when the answer begins. */
export async function askHttpAndLeave(webSocketUrl: string): Promise<void> {
  const response = await startAsking(webSocketUrl, {})
  response.destroy()
}

/** Sends these bytes as they are, and answers what comes back until the connection ends or has been silent for a while. */
export async function sendRaw(webSocketUrl: string, text: string): Promise<string> {
  const { hostname, port, protocol } = new URL(webSocketUrl)
  const address = { host: hostname, port: Number(port), rejectUnauthorized: false }
  const socket = protocol === 'wss:' ? connectTls(address) : connectPlain(address)
  socket.setTimeout(1_000, () => socket.destroy())
  socket.write(text)
  const chunks: Buffer[] = []
  await new Promise<void>((resolve) => {
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    socket.on('error', () => {})
    socket.on('close', () => resolve())
  })
  return Buffer.concat(chunks).toString()
}

interface HttpAsk {
  method?: string
  headers?: Record<string, string>
  body?: string | Buffer
}

function startAsking(webSocketUrl: string, { method = 'GET', headers = {}, body }: HttpAsk): Promise<IncomingMessage> {
  const url = webSocketUrl.replace(/^ws/, 'http')
  const request = url.startsWith('https:') ? requestTls : requestPlain
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent: false, rejectUnauthorized: false }, resolve)
    // Node frames the body of a DELETE only when told its length
    if (body !== undefined && headers['transfer-encoding'] === undefined) {
      outgoing.setHeader('content-length', Buffer.byteLength(body))
    }
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

async function readAnswer(response: IncomingMessage): Promise<HttpAnswer> {
  const chunks = (await response.toArray()) as Buffer[]
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString() }
}
