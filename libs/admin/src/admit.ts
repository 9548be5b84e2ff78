import { findTenant } from '@voicebox/store'
import { isTenantId } from '@voicebox/tenancy'
import type { Context, MiddlewareHandler } from 'hono'
import type { Bound } from './bound.ts'
import type { Caller } from './caller.ts'
import type { AdminEnvironment } from './environment.ts'
import type { Access } from './operation.ts'
import { Problem, problemResponse } from './problem.ts'
import type { AdminServices } from './services.ts'
import { noSuchTenant } from './tenants.ts'

/**
 * Lets those in who may, before anything else of the request is looked at. To a tenant admin another tenant is one that there
 * is not.
 */
export function admit(access: Access, services: AdminServices, bound: Bound): MiddlewareHandler<AdminEnvironment> {
  return async (context, next) => {
    const refuse = (problem: Problem, headers: Record<string, string> = {}): Response =>
      problemResponse(problem, context.var.requestId, headers)
    const caller = await services.authenticate({
      header: (name) => context.req.header(name),
      address: context.env?.remoteAddress ?? 'unknown',
    })
    if (caller === null) return refuse(noKey, { 'www-authenticate': 'Bearer' })
    const waitS = caller.tenantId === null ? 0 : bound.take(caller.actor)
    if (waitS > 0) return refuse(tooMany(waitS), { 'retry-after': String(waitS) })
    const problem = await refusalOf(caller, access, context, services)
    if (problem !== null) return refuse(problem)
    context.set('caller', caller)
    return next()
  }
}

async function refusalOf(
  { role, tenantId }: Caller,
  access: Access,
  { req }: Pick<Context, 'req'>,
  { store }: AdminServices,
): Promise<Problem | null> {
  if (role === null || (access === 'platform' && role !== 'platform')) return missing(access)
  const tenant = req.param('tenant')
  if (tenant === undefined || !isTenantId(tenant)) return role === 'platform' || tenant === undefined ? null : noSuch
  const isOpen = role === 'platform' || tenant === tenantId
  return isOpen && (await findTenant(store, tenant)) !== null ? null : noSuchTenant(tenant)
}

const noSuch = new Problem('not_found', 'There is no such tenant.')
const noKey = new Problem('invalid_api_key', 'Send an API key of this installation as a bearer token.')
const tooMany = (waitS: number): Problem =>
  new Problem('rate_limit_exceeded', `This key has asked too much: try again in ${waitS}s.`)
const missing = (access: Access): Problem =>
  new Problem(
    'insufficient_permissions',
    `This API key lacks the scope '${access === 'platform' ? 'platform' : 'admin'}'.`,
  )
