import { z } from '@hono/zod-openapi'
import { choreKinds, type Chores, choreStates } from '@voicebox/streams'
import { ofTenant, tenantId } from './fields.ts'
import { oneChore } from './one-chore.ts'
import { operation } from './operation.ts'
import { pageOf, pageQuery } from './paging.ts'
import { choreId, showChore, shownChore } from './shown-chore.ts'

const query = pageQuery(choreId).extend({
  kind: z.enum(choreKinds).optional(),
  state: z.enum(choreStates).optional(),
})

/** The same for the installation, with all chores, and below a tenant, with its own. */
export const choreOperations = [
  operation({
    tag: 'Chores',
    access: 'platform',
    id: 'listChores',
    method: 'get',
    path: '/chores',
    summary: 'Lists the chores of all tenants and of the installation, the latest first',
    query: query.extend({ tenant: tenantId.optional().openapi({ description: 'Only this tenant’s.' }) }),
    answer: pageOf('ChoreList', shownChore),
    perform: async ({ query: { tenant, ...rest }, services }) => list(services.chores, rest, tenant),
  }),
  operation({
    tag: 'Chores',
    access: 'tenant',
    id: 'listTenantChores',
    method: 'get',
    path: '/tenants/{tenant}/chores',
    summary: 'Lists the chores of a tenant, the latest first',
    params: z.object(ofTenant),
    query,
    answer: pageOf('ChoreList', shownChore),
    perform: async ({ params: { tenant }, query: asked, services }) => list(services.chores, asked, tenant),
  }),
  ...oneChore({ access: 'platform', of: '' }),
  ...oneChore({ access: 'tenant', of: 'Tenant' }),
]

async function list(
  open: () => Promise<Chores>,
  { limit, after, kind, state }: z.output<typeof query>,
  tenant: string | undefined,
) {
  const only = { ...(kind && { kind }), ...(state && { state }), ...(tenant && { tenantId: tenant }) }
  const { chores, next } = await (await open()).list({ limit, ...only, ...(after && { after }) })
  return { object: 'list' as const, data: chores.map(showChore), has_more: next !== null, next }
}
