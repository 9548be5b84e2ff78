import type { Log } from '@voicebox/kernel'
import { openApiDocument } from '@voicebox/protocol'
import { type Check, type Metrics, readiness } from '@voicebox/telemetry'
import { Hono } from 'hono'
import { routePath } from 'hono/route'
import { realtimePaths } from './greeting.ts'
import type { RestEnv } from './rest/authorize.ts'
import { refuse, refuseFailure } from './rest/refuse.ts'
import { makeRest, type RestOptions } from './rest/rest.ts'

export interface HttpOptions extends RestOptions {
  checks: Record<string, Check>
  /** What does not work, though sessions can be had. */
  degraded?(): string[]
  metrics: Pick<Metrics, 'text' | 'contentType'>
  /** Told of each request that was answered. */
  onRequest?(route: string, status: number): void
  log: Log
}

/** The gateway's HTTP side. Errors have the shape of OpenAI's API. */
export function makeHttp({
  checks,
  degraded = () => [],
  metrics,
  onRequest = () => {},
  log,
  ...options
}: HttpOptions): Hono<RestEnv> {
  const app = new Hono<RestEnv>()
  app.use(async (context, next) => {
    await next()
    onRequest(routePath(context, -1), context.res.status)
  })
  app.get('/healthz', (context) => context.json({ status: 'ok' }))
  app.get('/readyz', (context) => {
    const { status, body } = readiness(checks)
    return context.json({ ...body, degraded: degraded() }, status)
  })
  app.get('/metrics', async (context) =>
    context.body(await metrics.text(), 200, { 'content-type': metrics.contentType }),
  )
  const document = openApiDocument()
  app.get('/openapi.json', (context) => context.json(document))
  for (const path of realtimePaths) {
    app.get(path, (context) => {
      context.header('Upgrade', 'websocket')
      const message = 'This is a WebSocket endpoint: connect with the ws or wss scheme.'
      return refuse(context, 426, { code: 'upgrade_required', message })
    })
    app.all(path, (context) => {
      context.header('Allow', 'GET')
      return refuse(context, 405, { code: 'method_not_allowed', message: 'This is a WebSocket endpoint.' })
    })
  }
  const rest = makeRest(options)
  for (const prefix of ['/v1', '/openai/v1']) app.route(prefix, rest)
  app.notFound((context) =>
    refuse(context, 404, { code: 'not_found', message: `Unknown path '${context.req.path.slice(0, 200)}'.` }),
  )
  app.onError((error, context) => refuseFailure(context, error, log))
  return app
}
