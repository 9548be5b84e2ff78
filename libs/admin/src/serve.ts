import type { OpenAPIHono } from '@hono/zod-openapi'
import { strangers } from '@voicebox/store'
import type { Context } from 'hono'
import { admit } from './admit.ts'
import type { Bound } from './bound.ts'
import type { AdminEnvironment } from './environment.ts'
import { once } from './once.ts'
import type { Operation } from './operation.ts'
import { Problem, problemResponse } from './problem.ts'
import { routeOf } from './route.ts'
import type { AdminServices } from './services.ts'

/** Serves one operation: who may not, and what is not valid, never reaches it. */
export function serve(
  api: OpenAPIHono<AdminEnvironment>,
  operation: Operation,
  services: AdminServices,
  bound: Bound,
): void {
  const perform = async (context: Context<AdminEnvironment>): Promise<Response> => {
    const { caller } = context.var
    const valid = validIn(context)
    const done = await operation.perform({
      params: valid('param'),
      query: valid('query'),
      body: valid('json'),
      caller,
      services,
      accepts: (type) => (context.req.header('accept') ?? '').includes(type),
    })
    return responseOf(done, operation, context)
  }
  api.openapi({ ...routeOf(operation), middleware: admit(operation.access, services, bound) }, async (context) => {
    const idempotencyKey = context.req.header('idempotency-key')
    if (operation.method !== 'post' || idempotencyKey === undefined) return perform(context)
    const { method, path } = context.req
    const call = {
      redis: await services.redis(),
      tenantId: context.var.caller.tenantId ?? strangers,
      idempotencyKey,
      credential: context.req.header('authorization') ?? context.req.header('api-key') ?? '',
      asked: JSON.stringify([method, path, await context.req.text()]),
    }
    const answer = await once(call, () => perform(context))
    return answer instanceof Problem ? problemResponse(answer, context.var.requestId) : answer
  })
}

function validIn(context: Context<AdminEnvironment>): (target: string) => unknown {
  const { req } = context as unknown as { req: { valid(target: string): unknown } }
  return (target) => req.valid(target)
}

function responseOf(done: unknown, { answer, status = 200 }: Operation, context: Context<AdminEnvironment>): Response {
  if (done instanceof Problem) return problemResponse(done, context.var.requestId)
  if (done instanceof Response) return done
  return answer === undefined ? new Response(null, { status: 204 }) : Response.json(done, { status })
}
