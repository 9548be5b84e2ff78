import { createServer } from 'node:net'
import { silentLog } from '@voicebox/kernel'
import { describe, expect, it, onTestFinished } from 'vitest'
import { jobMetrics } from './lane-metrics.ts'
import { makeMetrics } from './metrics.ts'
import { type HealthOptions, serveHealth } from './serve-health.ts'

async function serve(options: Partial<HealthOptions> = {}): Promise<{ url: string; lines: string[] }> {
  const lines: string[] = []
  const write = (fields: Record<string, unknown>, message: string): void =>
    void lines.push(`${message} ${JSON.stringify(fields)}`)
  const server = await serveHealth({
    port: 0,
    host: '127.0.0.1',
    checks: {},
    metrics: makeMetrics({ service: 'worker', table: jobMetrics }),
    log: { ...silentLog, info: write, error: write },
    ...options,
  })
  onTestFinished(() => server.close())
  return { url: `http://127.0.0.1:${server.port ?? ''}`, lines }
}

describe('A worker with a port', () => {
  it('is alive, and ready only while every check is content', async () => {
    let wrong: string | null = null
    const { url } = await serve({ checks: { redis: () => wrong, worker: () => null } })
    expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: 'ok' })
    const ready = await fetch(`${url}/readyz`)
    expect(ready.status).toBe(200)
    expect(await ready.json()).toEqual({ status: 'ready', checks: { redis: 'ok', worker: 'ok' } })
    wrong = 'not reachable'
    const unavailable = await fetch(`${url}/readyz?verbose`)
    expect(unavailable.status).toBe(503)
    expect(await unavailable.json()).toEqual({
      status: 'unavailable',
      checks: { redis: 'not reachable', worker: 'ok' },
    })
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
  })

  it('tells its metrics as Prometheus reads them', async () => {
    const { url } = await serve()
    const response = await fetch(`${url}/metrics`)
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
    expect(await response.text()).toContain('# TYPE voicebox_jobs_total counter')
  })

  it('names the free port that it picked in its log', async () => {
    const { url, lines } = await serve()
    expect(lines.join()).toContain(`"port":${new URL(url).port}`)
  })

  it('answers 404 for what it does not have, and a bug with the end of the connection', async () => {
    const metrics = { contentType: 'text/plain', text: () => Promise.reject(new Error('a bug')) }
    const { url, lines } = await serve({ metrics })
    expect((await fetch(`${url}/`)).status).toBe(404)
    await expect(fetch(`${url}/metrics`)).rejects.toThrow()
    expect(lines.at(-1)).toContain('could not be answered')
  })

  it('says which setting names a port that is taken', async () => {
    const holder = createServer()
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void holder.close())
    const address = holder.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    await expect(serve({ port })).rejects.toMatchObject({
      code: 'invalid_configuration',
      message: expect.stringContaining('VOICEBOX_WORKER_PORT') as string,
    })
  })
})

it('A worker without a port serves nothing', async () => {
  const { port, close } = await serveHealth({
    port: undefined,
    host: '127.0.0.1',
    checks: {},
    metrics: makeMetrics({ service: 'worker', table: jobMetrics }),
    log: silentLog,
  })
  expect(port).toBeUndefined()
  await close()
})
