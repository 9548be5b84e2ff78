import { STATUS_CODES } from 'node:http'
import { answerHttp, badRequest, makeBody } from './http.ts'
import type { ListenOptions } from './port.ts'
import { readHead } from './uws-head.ts'
import type { UwsRequest, UwsResponse } from './uws-types.ts'

export interface UwsHttp {
  handle(response: UwsResponse, request: UwsRequest): void
  inFlight(): number
}

/** Serves plain HTTP on a uWebSockets app through a fetch handler. */
export function makeUwsHttp(options: ListenOptions): UwsHttp {
  const scheme = options.tls === undefined ? 'http' : 'https'
  let inFlight = 0
  return {
    inFlight: () => inFlight,
    handle(response, request) {
      const gone = new AbortController()
      response.onAborted(() => gone.abort())
      const { method, target, headers, remoteAddress } = readHead(response, request)
      if (isAmbiguous(headers)) {
        response.cork(() => {
          response.writeStatus(statusLine(400)).writeHeader('content-type', 'application/json')
          response.end(JSON.stringify(badRequest), true)
        })
        return
      }
      const url = `${scheme}://${headers.get('host') ?? 'localhost'}${target}`
      const hasBody = method !== 'GET' && method !== 'HEAD'
      const body = hasBody ? makeBody() : undefined
      const answer = async (): Promise<void> => {
        inFlight += 1
        try {
          const request = { url, method, headers: new Headers([...headers]), body, remoteAddress }
          await writeAnswer(response, await answerHttp(options, request), method === 'HEAD', gone.signal)
        } catch (error) {
          options.log.warn({ error, method }, 'Writing an answer failed')
          if (!gone.signal.aborted) response.close()
        } finally {
          inFlight -= 1
        }
      }
      if (body === undefined) return void answer()
      response.onData((chunk, isLast) => {
        if (gone.signal.aborted) return
        if (!body.add(new Uint8Array(chunk))) response.close()
        else if (isLast) void answer()
      })
    },
  }
}

/** Whether a proxy in front could see another end of the body than uWebSockets does. */
function isAmbiguous(headers: ReadonlyMap<string, string>): boolean {
  const length = headers.get('content-length')
  const encoding = headers.get('transfer-encoding')
  if (length !== undefined && (encoding !== undefined || !/^\d+$/.test(length))) return true
  return encoding !== undefined && encoding.toLowerCase() !== 'chunked'
}

/** Writes a whole body with its length and a longer one chunk by chunk, at the pace of the client. */
async function writeAnswer(to: UwsResponse, answer: Response, isHead: boolean, gone: AbortSignal): Promise<void> {
  const reader = answer.body?.getReader()
  const cancel = (): void => void reader?.cancel().catch(() => undefined)
  if (gone.aborted) return cancel()
  if (reader === undefined || isHead) {
    cancel()
    return void to.cork(() => {
      writeHead(to, answer)
      if (isHead) to.endWithoutBody(numberOf(answer.headers.get('content-length')))
      else if (answer.status === 204 || answer.status === 304) to.endWithoutBody()
      else to.end()
    })
  }
  gone.addEventListener('abort', cancel, { once: true })
  const first = await reader.read()
  let next = first.done ? first : await reader.read()
  if (gone.aborted) return
  if (next.done) {
    return void to.cork(() => {
      writeHead(to, answer)
      to.end(first.value)
    })
  }
  to.cork(() => {
    writeHead(to, answer)
    to.write(first.value ?? new Uint8Array())
  })
  while (!next.done) {
    const { value } = next
    let isTaken = true
    to.cork(() => {
      isTaken = to.write(value)
    })
    if (!isTaken) await writable(to, gone)
    next = await reader.read()
    if (gone.aborted) return
  }
  to.cork(() => void to.end())
}

function writeHead(to: UwsResponse, answer: Response): void {
  to.writeStatus(statusLine(answer.status))
  for (const [name, value] of answer.headers) if (!framing.has(name)) to.writeHeader(name, value)
}

/** uWebSockets writes these itself. */
const framing = new Set(['content-length', 'transfer-encoding', 'connection', 'date'])

export function statusLine(status: number): string {
  return `${String(status)} ${STATUS_CODES[status] ?? 'Unknown'}`
}

function numberOf(text: string | null): number | undefined {
  return text === null ? undefined : Number(text)
}

function writable(to: UwsResponse, gone: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (gone.aborted) return resolve()
    gone.addEventListener('abort', () => resolve(), { once: true })
    to.onWritable(() => {
      resolve()
      return true
    })
  })
}
