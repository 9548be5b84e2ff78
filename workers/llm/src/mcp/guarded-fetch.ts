import type { LookupFunction } from 'node:net'
import { ReadableStream as WebStream } from 'node:stream/web'
import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { Closable } from '@voicebox/kernel'
import { type AllowList, makeCheckedLookup } from '@voicebox/outbound'
import type { ToolError } from '@voicebox/streams'
import { Agent, type Dispatcher, fetch as send } from 'undici'
import { httpError, protocolError } from './answer.ts'

export interface GuardedFetchOptions {
  /** Requests go to its origin alone, redirects included. */
  url: URL
  allow: AllowList
  /** Absent: the system's. */
  lookup?: LookupFunction | undefined
  /** Called when the exchange shall end because of what the server does. */
  onFault(error: ToolError): void
  /** Called when a stream of events has come to its end, or was broken off, with what had been sent for it. */
  onStreamEnd(sent: string | null): void
}

/** A `fetch` for one exchange with one server, which bounds what it may lead to and what it may bring. Whoever makes it closes it. */
export interface GuardedFetch extends Closable {
  fetch: FetchLike
  /** Breaks off whatever is under way. */
  close(): Promise<void>
}

/** Bytes of all answers together, uncompressed. */
const maxBytes = 4 << 20
const maxRequests = 128

export function makeGuardedFetch({ url, allow, lookup, onFault, onStreamEnd }: GuardedFetchOptions): GuardedFetch {
  const connect = allow.admits(url) ? (lookup === undefined ? {} : { lookup }) : { lookup: makeCheckedLookup(lookup) }
  const agent: Dispatcher = new Agent({ connect, headersTimeout: 0, bodyTimeout: 0, allowH2: false })
  let requests = 0
  let bytes = 0
  return {
    async fetch(target, init = {}) {
      if (new URL(target).origin !== url.origin)
        throw fault(protocolError('invalidRequest', 'The server leads elsewhere'))
      requests += 1
      if (requests > maxRequests) throw fault(httpError('badGateway', 'The server wants too many requests'))
      const sent = typeof init.body === 'string' ? init.body : null
      const { status, statusText, headers, body } = await send(target, {
        method: init.method ?? 'GET',
        headers: [...new Headers(init.headers)],
        body: sent,
        signal: init.signal ?? null,
        redirect: 'manual',
        dispatcher: agent,
      })
      const isStream = headers.get('content-type')?.startsWith('text/event-stream') ?? false
      const metered =
        body === null ? null : (WebStream.from(meter(body, () => isStream && onStreamEnd(sent))) as ReadableStream)
      return new Response(metered, { status, statusText, headers: [...headers] })
    },
    close: () => agent.destroy(),
  }

  async function* meter(body: AsyncIterable<Uint8Array>, onEnd: () => void): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of body) {
        bytes += chunk.byteLength
        if (bytes > maxBytes) throw fault(httpError('badGateway', `The server sent more than ${maxBytes >> 20} MiB`))
        yield chunk
      }
    } finally {
      onEnd()
    }
  }

  function fault(error: ToolError): Error {
    onFault(error)
    return new Error(error.message)
  }
}
