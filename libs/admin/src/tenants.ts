import { z } from '@hono/zod-openapi'
import { createTenant, findTenant, listTenants, renameTenant, setSuspended, type Tenant } from '@voicebox/store'
import { at, atOrNull, moment, name, ofTenant, tenantId } from './fields.ts'
import { operation } from './operation.ts'
import { page, pageOf, pageQuery } from './paging.ts'
import { Problem } from './problem.ts'

const shown = z
  .object({
    object: z.literal('tenant'),
    id: tenantId,
    name,
    status: z.enum(['active', 'suspended']),
    created_at: moment,
    suspended_at: moment.nullable(),
  })
  .openapi('Tenant')
const params = z.object(ofTenant)
const about = { tag: 'Tenants' } as const

export const tenantOperations = [
  operation({
    ...about,
    id: 'listTenants',
    method: 'get',
    path: '/tenants',
    access: 'platform',
    summary: 'Lists tenants by id',
    query: pageQuery(tenantId),
    answer: pageOf('TenantList', shown),
    async perform({ query: { limit, after = '' }, services: { store } }) {
      const found = await listTenants(store, { after, limit: limit + 1 })
      return page(found, limit, { show: showTenant, cursor: ({ id }) => id })
    },
  }),
  operation({
    ...about,
    id: 'createTenant',
    method: 'post',
    path: '/tenants',
    access: 'platform',
    summary: 'Makes a tenant',
    body: z
      .strictObject({ id: tenantId, name: name.optional().openapi({ description: 'Absent: the id.' }) })
      .openapi('TenantToCreate'),
    status: 201,
    answer: shown,
    async perform({ body: { id, name = id }, caller, services: { store } }) {
      const tenant = await createTenant(store, { id, name }, caller.actor)
      return tenant === null ? new Problem('conflict', `There is a tenant ${id} already.`) : showTenant(tenant)
    },
  }),
  operation({
    ...about,
    id: 'getTenant',
    method: 'get',
    path: '/tenants/{tenant}',
    access: 'tenant',
    summary: 'Shows a tenant',
    params,
    answer: shown,
    perform: async ({ params: { tenant }, services: { store } }) => shownOr404(await findTenant(store, tenant), tenant),
  }),
  operation({
    ...about,
    id: 'updateTenant',
    method: 'patch',
    path: '/tenants/{tenant}',
    access: 'tenant',
    summary: 'Changes the name of a tenant',
    params,
    body: z.strictObject({ name }).openapi('TenantChange'),
    answer: shown,
    async perform({ params: { tenant: id }, body: { name }, caller, services: { store } }) {
      return shownOr404(await renameTenant(store, { id, name }, caller.actor), id)
    },
  }),
  ...suspending({ id: 'suspendTenant', verb: 'suspend', isSuspended: true }),
  ...suspending({ id: 'resumeTenant', verb: 'resume', isSuspended: false }),
]

function suspending({ id, verb, isSuspended }: { id: string; verb: 'suspend' | 'resume'; isSuspended: boolean }) {
  return [
    operation({
      ...about,
      id,
      method: 'post',
      path: `/tenants/{tenant}/${verb}`,
      access: 'platform',
      summary: isSuspended
        ? 'Lets none of a tenant’s keys open anything, and ends its sessions'
        : 'Lets a tenant’s keys open again what they did',
      params,
      answer: shown,
      async perform({ params: { tenant }, caller, services: { store, tell } }) {
        const changed = await setSuspended(store, tenant, isSuspended, caller.actor)
        if (changed !== null)
          await tell({ kind: isSuspended ? 'tenant_suspended' : 'tenant_resumed', tenantId: tenant })
        return shownOr404(changed, tenant)
      },
    }),
  ]
}

export const noSuchTenant = (id: string): Problem => new Problem('not_found', `There is no tenant ${id}.`)

function shownOr404(tenant: Tenant | null, id: string): z.input<typeof shown> | Problem {
  return tenant === null ? noSuchTenant(id) : showTenant(tenant)
}

function showTenant({ id, name, createdAt, suspendedAt }: Tenant): z.input<typeof shown> {
  const status = suspendedAt === null ? 'active' : 'suspended'
  return { object: 'tenant', id, name, status, created_at: at(createdAt), suspended_at: atOrNull(suspendedAt) }
}
