import { failureRules } from '@voicebox/kernel'
import { plainAddress } from './address.ts'
import type { ListenOptions } from './port.ts'

const maxBodyBytes = 1024 * 1024

/** A client that sends a body somewhat too large gets to finish, because many cannot read an answer before; beyond this it is cut off. */
const maxDiscardedBytes = 16 * maxBodyBytes

export const internalError = {
  error: { type: failureRules.bug.wireType, param: null, code: 'internal_error', message: 'The server had an error.' },
}

export interface IncomingHttp {
  url: string
  method: string
  headers: Headers
  /** Collected to its end; absent for GET and HEAD. */
  body: Body | undefined
  remoteAddress: string
}

/** Answers one request. A bug of the application is a 500. */
export async function answerHttp(
  options: Pick<ListenOptions, 'fetch' | 'log'>,
  incoming: IncomingHttp,
): Promise<Response> {
  if (incoming.body?.isTooLarge() === true) return Response.json(bodyTooLarge, { status: 413 })
  const request = asRequest(incoming)
  if (request === undefined) return Response.json(badRequest, { status: 400 })
  try {
    return await options.fetch(request, { remoteAddress: plainAddress(incoming.remoteAddress) })
  } catch (error) {
    options.log.error(
      { error, method: request.method, path: new URL(request.url).pathname },
      'Answering a request failed',
    )
    return Response.json(internalError, { status: 500 })
  }
}

/** `undefined` for what no `Request` can hold, such as a Host header that is no host or the method TRACE. */
function asRequest({ url, method, headers, body }: IncomingHttp): Request | undefined {
  const bytes = body?.bytes()
  try {
    return new Request(url, { method, headers, ...(bytes === undefined || bytes.length === 0 ? {} : { body: bytes }) })
  } catch {
    return undefined
  }
}

const bodyTooLarge = {
  error: {
    type: failureRules.client.wireType,
    param: null,
    code: 'body_too_large',
    message: `The request body must not exceed ${String(maxBodyBytes)} bytes.`,
  },
}

export const badRequest = {
  error: {
    type: failureRules.client.wireType,
    param: null,
    code: 'bad_request',
    message: 'The request is not valid HTTP.',
  },
}

/** A request body while it arrives, kept up to 1 MiB. */
export interface Body {
  /** Takes a copy. `false` says that reading on is of no use to anyone. */
  add(chunk: Uint8Array): boolean
  isTooLarge(): boolean
  bytes(): Uint8Array<ArrayBuffer>
}

export function makeBody(): Body {
  let chunks: Uint8Array[] = []
  let byteCount = 0
  return {
    add(chunk) {
      byteCount += chunk.byteLength
      if (byteCount <= maxBodyBytes) chunks.push(Uint8Array.from(chunk))
      else chunks = []
      return byteCount <= maxDiscardedBytes
    },
    isTooLarge: () => byteCount > maxBodyBytes,
    bytes: () => new Uint8Array(Buffer.concat(chunks)),
  }
}
