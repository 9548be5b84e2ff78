import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fieldsOf, partsOf } from './protobuf.ts'

/** A span as it came over the wire. */
export interface SeenSpan {
  traceId: string
  spanId: string
  /** Empty: the trace begins with it. */
  parentId: string
  name: string
  /** Milliseconds since the Unix epoch. */
  startMs: number
  endMs: number
  attributes: Record<string, string | number>
  resource: Record<string, string | number>
  isFailed: boolean
}

/** A collector of OTLP over HTTP, in protobuf, that keeps all that it is sent. */
export interface Collector {
  url: string
  spans: SeenSpan[]
  /** Everything as it came, for what must not be in it. */
  bodies: Buffer[]
  headers: Record<string, unknown>[]
  /** Answers from now on with this status; null: never. */
  status: number | null
  close(): Promise<void>
}

export async function openCollector(): Promise<Collector> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      if (collector.status === null) return
      const body = Buffer.concat(chunks)
      collector.headers.push(request.headers)
      collector.bodies.push(body)
      if (collector.status === 200 && request.url === '/v1/traces') collector.spans.push(...spansIn(body))
      response.writeHead(collector.status, { 'content-type': 'application/x-protobuf' }).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const collector: Collector = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans: [],
    bodies: [],
    headers: [],
    status: 200,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return collector
}

function spansIn(body: Uint8Array): SeenSpan[] {
  return partsOf(body, 1).flatMap((ofResource) => {
    const resource = attributesIn(partsOf(ofResource, 1)[0] ?? new Uint8Array(0), 1)
    const spans = partsOf(ofResource, 2).flatMap((scope) => partsOf(scope, 2))
    return spans.map((span) => ({ ...spanIn(span), resource }))
  })
}

function spanIn(span: Uint8Array): Omit<SeenSpan, 'resource'> {
  const hex = (number: number): string => Buffer.from(partsOf(span, number)[0] ?? []).toString('hex')
  const time = (number: number): number => Number(fieldsOf(span).find((field) => field.number === number)?.value) / 1e6
  const status = partsOf(span, 15)[0] ?? new Uint8Array(0)
  return {
    traceId: hex(1),
    spanId: hex(2),
    parentId: hex(4),
    name: Buffer.from(partsOf(span, 5)[0] ?? []).toString(),
    startMs: time(7),
    endMs: time(8),
    attributes: attributesIn(span, 9),
    isFailed: fieldsOf(status).some(({ number, value }) => number === 3 && value === 2n),
  }
}

function attributesIn(message: Uint8Array, number: number): Record<string, string | number> {
  return Object.fromEntries(
    partsOf(message, number).map((pair) => {
      const [value] = fieldsOf(partsOf(pair, 2)[0] ?? new Uint8Array(0))
      const text = value?.value instanceof Uint8Array ? Buffer.from(value.value).toString() : Number(value?.value)
      return [Buffer.from(partsOf(pair, 1)[0] ?? []).toString(), text]
    }),
  )
}
