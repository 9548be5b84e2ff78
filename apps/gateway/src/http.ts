import type { Log } from '@voicebox/kernel'
import { openApiDocument } from '@voicebox/protocol'
import { Hono } from 'hono'
import { realtimePaths } from './greeting.ts'
import { refuse, refuseFailure } from './rest/refuse.ts'
import { makeRest, type RestOptions } from './rest/rest.ts'

/** One thing that must work for the gateway to serve; null when it does, else what is wrong with it. */
export type Check = () => string | null

export interface HttpOptions extends RestOptions {
  checks: Record<string, Check>
  log: Log
}

/** The gateway's HTTP side. Errors have the shape of OpenAI's API. */
export function makeHttp({ checks, log, ...options }: HttpOptions): Hono {
  const app = new Hono()
  app.get('/healthz', (context) => context.json({ status: 'ok' }))
  app.get('/readyz', (context) => {
    const results = Object.fromEntries(Object.entries(checks).map(([name, check]) => [name, check() ?? 'ok']))
    const isReady = Object.values(results).every((result) => result === 'ok')
    return context.json({ status: isReady ? 'ready' : 'unavailable', checks: results }, isReady ? 200 : 503)
  })
  const document = openApiDocument()
  app.get('/openapi.json', (context) => context.json(document))
  for (const path of realtimePaths) {
    app.get(path, (context) => {
      context.header('Upgrade', 'websocket')
      const message = 'This is a WebSocket endpoint: connect with the ws or wss scheme.'
      return refuse(context, 426, { code: 'upgrade_required', message })
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
