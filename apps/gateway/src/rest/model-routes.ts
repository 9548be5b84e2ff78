import type { Model, ModelList } from '@voicebox/protocol'
import { Hono, type MiddlewareHandler } from 'hono'
import { type Catalogue, offeredTo } from '../models.ts'
import type { TermsOf } from '../terms/tenant-terms.ts'
import type { RestEnv } from './authorize.ts'
import { refuse, refuseMethod } from './refuse.ts'

/** The catalogue of whoever asks, for clients that ask before they connect. */
export function modelRoutes(
  { catalogue, termsOf }: { catalogue: Catalogue; termsOf: TermsOf },
  authorized: MiddlewareHandler<RestEnv>,
): Hono<RestEnv> {
  const app = new Hono<RestEnv>()
  const offered = async (tenantId: string): Promise<Catalogue> => offeredTo((await termsOf(tenantId)).models, catalogue)
  app.get('/', authorized, async (context) => {
    const { names } = await offered(context.var.tenantId)
    return context.json({ object: 'list', data: names.map(modelOf) } satisfies ModelList)
  })
  app.get('/:model', authorized, async (context) => {
    const { has } = await offered(context.var.tenantId)
    const name = context.req.param('model')
    if (has(name)) return context.json(modelOf(name))
    const message = `The model '${name.slice(0, 100).toWellFormed()}' does not exist.`
    return refuse(context, 404, { code: 'model_not_found', message, param: 'model' })
  })
  app.all('/', refuseMethod('GET, HEAD'))
  app.all('/:model', refuseMethod('GET, HEAD'))
  return app
}

const modelOf = (id: string): Model => ({ id, object: 'model', created: 0, owned_by: 'voicebox' })
