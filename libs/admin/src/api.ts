import { randomUUID } from 'node:crypto'
import { OpenAPIHono } from '@hono/zod-openapi'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { makeBound } from './bound.ts'
import { docsPage } from './docs-page.ts'
import { adminDocument, adminPath } from './document.ts'
import type { AdminEnvironment } from './environment.ts'
import { Problem, problemResponse } from './problem.ts'
import { answerFailure, answerFaults } from './refusals.ts'
import { serve } from './serve.ts'
import type { AdminServices } from './services.ts'
import { operations } from './operations.ts'

/** The admin API, at `/v1/admin`: it answers whatever it is asked, and never throws. It knows nothing of sockets. */
export function makeAdminApi(services: AdminServices): Hono<AdminEnvironment> {
  const api = new OpenAPIHono<AdminEnvironment>({ defaultHook: answerFaults })
  const bound = makeBound({ perMinute: services.requestsPerMinute ?? 600, clock: services.clock })
  const document = adminDocument()
  api.get('/openapi.json', (context) => context.json(document))
  api.get('/docs', () => docsPage(document))
  for (const operation of operations) serve(api, operation, services, bound)
  const methods = Map.groupBy(operations, ({ path }) => path)
  for (const [path, own] of methods) {
    const allowed = own.map(({ method }) => method.toUpperCase()).join(', ')
    api.all(path.replaceAll(/\{(.+?)\}/g, ':$1'), ({ req, var: { requestId } }) => {
      const problem = new Problem('method_not_allowed', `${req.method} cannot be done here: ${allowed} can.`)
      return problemResponse(problem, requestId, { allow: allowed })
    })
  }

  const app = new Hono<AdminEnvironment>()
  app.use(async (context, next) => {
    context.set('requestId', `req_${randomUUID()}`)
    await next()
    context.header('x-request-id', context.var.requestId)
    context.header('cache-control', 'no-store')
    context.header('x-content-type-options', 'nosniff')
  })
  app.use(
    bodyLimit({
      maxSize: maxBodyBytes,
      onError: ({ get }) => problemResponse(tooLarge, get('requestId') as string),
    }),
  )
  app.route(adminPath, api)
  app.notFound(({ var: { requestId } }) => problemResponse(nothingHere, requestId))
  app.onError((error, { req, var: { requestId } }) => answerFailure(error, { requestId, ...services, path: req.path }))
  return app
}

const maxBodyBytes = 64 << 10
const tooLarge = new Problem('body_too_large', `A body may have ${maxBodyBytes} bytes.`)
const nothingHere = new Problem('not_found', 'There is nothing at this path.')
