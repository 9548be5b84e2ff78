import { request as plain } from 'node:http'
import { request as secure } from 'node:https'
import { text } from 'node:stream/consumers'
import type { Target } from './target.ts'

export interface HttpAnswer {
  status: number
  /** The body as JSON where it is JSON, else as text. */
  body: unknown
}

export interface HttpRequest {
  method: 'GET' | 'POST'
  url: string
  headers?: Record<string, string>
  /** Sent as JSON; a string as it is. */
  body?: unknown
}

/** Asks over HTTP; throws only where there is no answer. */
export function ask(target: Target, { method, url, headers = {}, body }: HttpRequest): Promise<HttpAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>()
  const request = (url.startsWith('https:') ? secure : plain)(url, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    rejectUnauthorized: !target.isInsecure,
    signal: AbortSignal.timeout(target.patienceMs),
  })
  request.once('error', reject)
  request.once('response', (response) => {
    text(response).then((answer) => resolve({ status: response.statusCode ?? 0, body: parsed(answer) }), reject)
  })
  request.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body))
  return promise
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
