import { rootCertificates } from 'node:tls'
import { Failure } from '@voicebox/kernel'
import OpenAI from 'openai'
import { OpenAIRealtimeWS } from 'openai/realtime/ws'
import type { Talk } from './arguments.ts'

const connectWithinMs = 10_000

/** Opens a session with the official client; resolves once the server has greeted it. */
export async function connect({ url, key, model, certificate }: Talk, signal: AbortSignal): Promise<OpenAIRealtimeWS> {
  const client = new OpenAIRealtimeWS(
    {
      model,
      options: {
        handshakeTimeout: connectWithinMs,
        ...(certificate !== undefined && { ca: [...rootCertificates, certificate] }),
      },
    },
    new OpenAI({ apiKey: key, baseURL: url.replace(/\/realtime\/?$/, '') }),
  )
  const refusal = new Promise<never>((_resolve, reject) => {
    client.socket.once('unexpected-response', (request, response) => {
      reject(refused(response.statusCode ?? 0, url))
      request.destroy()
    })
    client.on('error', (error) => reject(error.error ? complaint(error.error) : unreachable(error.cause ?? error, url)))
    client.socket.once('close', (code, reason) => reject(closed(code, String(reason))))
    signal.addEventListener('abort', () => reject(new Failure('client', 'stopped', 'Stopped.')), { once: true })
    AbortSignal.timeout(connectWithinMs).addEventListener('abort', () => {
      reject(new Failure('dependency', 'no_greeting', `${url} does not answer.`))
    })
  })
  try {
    await Promise.race([new Promise((resolve) => client.on('session.created', resolve)), refusal])
    return client
  } catch (error) {
    client.socket.terminate()
    throw error
  }
}

function refused(status: number, url: string): Failure {
  if (status === 401 || status === 403) return wrongKey()
  return new Failure('dependency', 'refused', `${url} refuses the connection with HTTP status ${status}.`)
}

/** A server may also accept the connection, say why it cannot be, and close it. */
function complaint(error: { code?: string | null; message?: string }): Failure {
  if (error.code === 'invalid_api_key') return wrongKey()
  return new Failure(
    'dependency',
    'refused',
    `The server refuses the session: ${error.message ?? error.code ?? 'unknown error'}`,
  )
}

function wrongKey(): Failure {
  return new Failure('client', 'wrong_key', 'The server refuses the key: set VOICEBOX_API_KEY, or give --key.')
}

function unreachable(cause: unknown, url: string): Failure {
  const { code, message } = cause as { code?: string; message?: string }
  const isAbsent = code === 'ECONNREFUSED'
  const text = isAbsent
    ? `Nothing listens on ${url}: start it with npm start.`
    : `Cannot talk to ${url}: ${message ?? code ?? 'unknown error'}`
  return new Failure('dependency', 'unreachable', text, { cause })
}

export function closed(code: number, reason: string): Failure {
  return new Failure(
    'dependency',
    'closed',
    `The server closed the connection (${code}${reason === '' ? '' : `, ${reason}`}).`,
  )
}
