import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { RequestOptions } from '@modelcontextprotocol/sdk/shared/protocol.js'
import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js'
import { type Clock, type Closable, sleep } from '@voicebox/kernel'
import { type AllowList, refusalOfServerHeaders, refusalOfServerUrl } from '@voicebox/outbound'
import type { McpServer, ToolError } from '@voicebox/streams'
import type { LookupFunction } from 'node:net'
import { type Answer, httpError, protocolError } from './answer.ts'
import { type GuardedFetch, makeGuardedFetch } from './guarded-fetch.ts'
import { type Link, makeLink, noTimeoutMs } from './link.ts'
import { headersFor } from './request-headers.ts'
import { statusOf, toolErrorOf } from './tool-error.ts'

export interface ConnectionOptions {
  server: McpServer
  allow: AllowList
  /** Absent: the system's. */
  lookup?: LookupFunction | undefined
  /** For the whole exchange. */
  timeoutMs: number
  clock: Clock
  /** Aborted when no answer is wanted any more. */
  signal: AbortSignal
}

/** One exchange with an MCP server. Whoever makes it closes it. */
export interface McpConnection extends Closable {
  /** Asks once; the first time it connects before. What is not waited for any more is cancelled at the server. */
  ask<T>(asked: (client: Client, options: RequestOptions) => Promise<T>): Promise<Answer<T>>
  close(): Promise<void>
}

/** How long a server that was let go may take to hear of it. */
const leaveMs = 500

/** What servers older than the streamable transport answer to its first message. */
const olderServerStatus = [400, 404, 405]

export function makeConnection({ server, timeoutMs, clock, signal, ...guard }: ConnectionOptions): McpConnection {
  const ended = Promise.withResolvers<{ error: ToolError }>()
  const links: Link[] = []
  let guarded: GuardedFetch | undefined
  let opening: Promise<Answer<Client>> | undefined
  let isOpen = false
  let fault: ToolError | undefined
  let stopAsking = (): void => {}
  let isResumable = false

  const disarm = clock.after(timeoutMs, () => end(httpError('gatewayTimeout', `The server took over ${timeoutMs} ms`)))
  const cancel = (): void => end(protocolError('connectionClosed', 'The call was cancelled'))
  signal.addEventListener('abort', cancel)
  if (signal.aborted) cancel()

  return {
    async ask(asked) {
      const opened = await (opening ??= open())
      if ('error' in opened) return opened
      const stop = new AbortController()
      stopAsking = () => stop.abort('It is not waited for any more')
      isResumable = false
      const options = { signal: stop.signal, timeout: noTimeoutMs, onresumptiontoken: () => (isResumable = true) }
      const answer = await untilEnd(asked(opened.value, options))
      stopAsking = () => {}
      return answer
    },
    async close() {
      disarm()
      signal.removeEventListener('abort', cancel)
      if (isOpen) await takeLeave()
      await Promise.allSettled(links.map((link) => link.close()))
      await guarded?.close()
    },
  }

  /** The first fault ends the exchange. */
  function end(error: ToolError): void {
    fault ??= error
    ended.resolve({ error: fault })
    stopAsking()
  }

  async function untilEnd<T>(work: Promise<T>): Promise<Answer<T>> {
    const settled = work.then(
      (value) => ({ value }),
      (error: unknown) => ({ error: fault ?? toolErrorOf(error) }),
    )
    return Promise.race([settled, ended.promise])
  }

  async function open(): Promise<Answer<Client>> {
    const refusal = refusalOfServerUrl(server.url, guard.allow) ?? refusalOfServerHeaders(server)
    if (refusal !== null) return { error: protocolError('invalidRequest', `The server may not be asked. ${refusal}`) }
    if (fault !== undefined) return { error: fault }
    const opened = await untilEnd(connect(new URL(server.url)))
    isOpen = 'value' in opened
    return opened
  }

  async function connect(url: URL): Promise<Client> {
    const { fetch } = (guarded = makeGuardedFetch({ ...guard, url, onFault: end, onStreamEnd }))
    const requestInit = { headers: headersFor(server) }
    try {
      return await start(makeLink(new StreamableHTTPClientTransport(url, { fetch: posting(fetch), requestInit })))
    } catch (error) {
      if (fault !== undefined || !olderServerStatus.includes(statusOf(error) ?? 0)) throw error
      return await start(makeLink(new SSEClientTransport(url, { fetch, requestInit }))).catch(() => {
        throw error // what a server of today says is of more use
      })
    }
  }

  async function start(link: Link): Promise<Client> {
    links.unshift(link)
    await link.open()
    return link.client
  }

  /** An answer that its stream did not bring will not come, unless the stream can be resumed; the SDK waits for it all the same. */
  function onStreamEnd(sent: string | null): void {
    const lost = (): void => end(httpError('badGateway', 'The server broke off before it had answered'))
    setImmediate(() => {
      if (sent === null ? links.length > 1 : !isResumable && links.some((link) => link.awaits(sent))) lost()
    })
  }

  async function takeLeave(): Promise<void> {
    const left = new AbortController()
    const leaving = links[0]?.takeLeave().finally(() => left.abort())
    await Promise.race([leaving, sleep(leaveMs, left.signal)])
  }
}

/** Without the stream of what a server says unasked, which nobody here would hear; one of an answer can be resumed. */
function posting(fetch: FetchLike): FetchLike {
  return async (url, init) => {
    const isUnasked = init?.method === 'GET' && !new Headers(init.headers).has('last-event-id')
    return isUnasked ? new Response(null, { status: 405 }) : fetch(url, init)
  }
}
