import { once } from 'node:events'
import { type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Closable, Failure, type Log } from '@voicebox/kernel'
import type { Metrics } from './metrics.ts'
import { type Check, readiness } from './readiness.ts'

export interface HealthOptions {
  /** Absent: nothing listens. 0: a free port, which the log names. */
  port: number | undefined
  host: string
  checks: Record<string, Check>
  metrics: Pick<Metrics, 'text' | 'contentType'>
  log: Log
}

export interface HealthServer extends Closable {
  /** The port it listens on. */
  readonly port: number | undefined
}

/** Serves `/healthz` (alive), `/readyz` (able to work) and `/metrics` of a process that has no other HTTP. */
export async function serveHealth({ port, host, checks, metrics, log }: HealthOptions): Promise<HealthServer> {
  if (port === undefined) return { port, close: () => {} }
  const server = createServer((request, response) => {
    answer(request.url ?? '/', response).catch((error: unknown) => {
      log.error({ error }, 'A health request could not be answered')
      response.destroy()
    })
  })
  server.listen({ port, host })
  await once(server, 'listening').catch((error: unknown) => {
    const { code, message } = error as NodeJS.ErrnoException
    throw new Failure(
      'client',
      'invalid_configuration',
      `VOICEBOX_WORKER_PORT: port ${port} on ${host}: ${code ?? message}`,
    )
  })
  const listening = (server.address() as AddressInfo).port
  log.info({ host, port: listening }, 'Health and metrics are served')
  return {
    port: listening,
    async close() {
      server.close()
      server.closeAllConnections()
      await Promise.resolve()
    },
  }

  async function answer(url: string, response: ServerResponse): Promise<void> {
    const path = url.split('?', 1)[0]
    if (path === '/healthz') return json(response, 200, { status: 'ok' })
    if (path === '/readyz') {
      const { status, body } = readiness(checks)
      return json(response, status, body)
    }
    if (path !== '/metrics') return json(response, 404, { status: 'not_found' })
    response.setHeader('content-type', metrics.contentType)
    response.end(await metrics.text())
  }
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}
