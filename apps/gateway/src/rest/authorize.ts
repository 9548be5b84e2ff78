import type { MiddlewareHandler } from 'hono'
import type { Authenticate } from '../authenticate.ts'
import { keyInHeaders } from '../presented-key.ts'
import { refuse } from './refuse.ts'

export interface RestEnv {
  /** What the transport tells of the request. */
  Bindings: { remoteAddress?: string }
  Variables: { tenantId: string; keyPrefix: string | null }
}

/** Lets those in who have a key; a client secret is none here, so that no browser makes itself further ones. */
export function authorize(authenticate: Authenticate): MiddlewareHandler<RestEnv> {
  return async (context, next) => {
    const identity = await authenticate(
      keyInHeaders((name) => context.req.header(name)),
      context.env?.remoteAddress ?? 'unknown',
    )
    if (identity === null) {
      context.header('WWW-Authenticate', 'Bearer')
      return refuse(context, 401, { code: 'invalid_api_key', message: 'Incorrect API key provided.' })
    }
    if (identity.grant !== null) {
      const message = 'A client secret opens connections only: use an API key here.'
      return refuse(context, 403, { code: 'insufficient_permissions', message })
    }
    if (!identity.scopes.includes('realtime')) {
      const message = "This API key may not do this: it lacks the scope 'realtime'."
      return refuse(context, 403, { code: 'insufficient_permissions', message })
    }
    context.set('tenantId', identity.tenantId)
    context.set('keyPrefix', identity.keyPrefix)
    return next()
  }
}
