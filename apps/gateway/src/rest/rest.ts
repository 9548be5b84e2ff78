import { secretApis } from '@voicebox/protocol'
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import type { Authenticate } from '../authenticate.ts'
import type { Catalogue } from '../models.ts'
import { authorize, type RestEnv } from './authorize.ts'
import { issueSecret, type IssueOptions } from './issue-secret.ts'
import { modelRoutes } from './model-routes.ts'
import { readJson } from './read-json.ts'
import { refuse, refuseMethod } from './refuse.ts'

export interface RestOptions extends IssueOptions {
  authenticate: Authenticate
  catalogue: Catalogue
  /** Origins of web pages that may call; null: none. */
  corsOrigins: readonly string[] | null
}

/** The REST API, without the prefix of its version. It answers with JSON alone, and throws what is no answer. */
export function makeRest(options: RestOptions): Hono<RestEnv> {
  const app = new Hono<RestEnv>()
  const authorized = authorize(options.authenticate)
  if (options.corsOrigins !== null) app.use(cors({ origin: [...options.corsOrigins], maxAge: 600 }))
  for (const api of secretApis) {
    app.post(api.path, authorized, async (context) => {
      const body = await readJson(context.req)
      if (!body.ok) return refuse(context, body.status, body)
      const issued = await issueSecret(api, body.json, context.var, options)
      return issued.ok ? context.json(issued.answer) : refuse(context, 400, issued.fault)
    })
    app.all(api.path, refuseMethod('POST'))
  }
  app.route('/models', modelRoutes(options, authorized))
  return app
}
