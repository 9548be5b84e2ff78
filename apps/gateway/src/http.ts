import { Hono } from 'hono'

/** One thing that must work for the gateway to serve; null when it does, else what is wrong with it. */
export type Check = () => string | null

/** The gateway's HTTP side. Errors have the shape of OpenAI's API. */
export function makeHttp(checks: Record<string, Check>): Hono {
  const app = new Hono()
  app.get('/healthz', (context) => context.json({ status: 'ok' }))
  app.get('/readyz', (context) => {
    const results = Object.fromEntries(Object.entries(checks).map(([name, check]) => [name, check() ?? 'ok']))
    const isReady = Object.values(results).every((result) => result === 'ok')
    return context.json({ status: isReady ? 'ready' : 'unavailable', checks: results }, isReady ? 200 : 503)
  })
  app.get('/v1/realtime', (context) => {
    context.header('Upgrade', 'websocket')
    return context.json(
      errorBody('upgrade_required', 'This is a WebSocket endpoint: connect with the ws or wss scheme.'),
      426,
    )
  })
  app.notFound((context) => context.json(errorBody('not_found', `Unknown path '${context.req.path}'.`), 404))
  app.onError((_error, context) =>
    context.json(errorBody('internal_error', 'The server had an error.', 'server_error'), 500),
  )
  return app
}

function errorBody(code: string, message: string, type = 'invalid_request_error'): object {
  return { error: { message, type, param: null, code } }
}
