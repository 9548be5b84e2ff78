import { z } from '@hono/zod-openapi'
import { readQuotas, writeQuotas } from '@voicebox/store'
import { quotaSchema, type Quotas } from '@voicebox/tenancy'
import { ofTenant } from './fields.ts'
import { operation } from './operation.ts'
import type { Problem } from './problem.ts'
import type { AdminServices } from './services.ts'
import { noSuchTenant } from './tenants.ts'
import { fromWire, toWire } from './wire-names.ts'

const overrides = z
  .strictObject(toWire(quotaSchema.shape) as Record<string, z.ZodType>)
  .openapi('QuotaOverrides', { description: 'What is left out is the installation’s own; null: no limit.' })
const shown = z
  .object({
    object: z.literal('quotas'),
    overrides,
    effective: z.record(z.string(), z.unknown()).openapi({ description: 'What holds, all in all.' }),
  })
  .openapi('Quotas')
const about = { tag: 'Quotas', path: '/tenants/{tenant}/quotas', params: z.object(ofTenant), answer: shown } as const

export const quotaOperations = [
  operation({
    ...about,
    id: 'getQuotas',
    method: 'get',
    access: 'tenant',
    summary: 'Shows what a tenant may have',
    perform: async ({ params: { tenant }, services }) =>
      showQuotas(tenant, await readQuotas(services.store, tenant), services),
  }),
  operation({
    ...about,
    id: 'setQuotas',
    method: 'put',
    access: 'platform',
    summary: 'Sets the quotas of a tenant, all anew',
    body: overrides,
    perform: async ({ params: { tenant }, body, caller, services }) => write(tenant, body, caller.actor, services),
  }),
  operation({
    ...about,
    id: 'changeQuotas',
    method: 'patch',
    access: 'platform',
    summary: 'Changes some quotas of a tenant',
    body: overrides,
    async perform({ params: { tenant }, body, caller, services }) {
      const before = toWire(await readQuotas(services.store, tenant))
      return write(tenant, { ...before, ...body }, caller.actor, services)
    },
  }),
]

async function write(
  tenant: string,
  wire: Readonly<Record<string, unknown>>,
  actor: string,
  services: AdminServices,
): Promise<z.input<typeof shown> | Problem> {
  const quotas = quotaSchema.parse(fromWire(wire)) // checked by its twin on the wire
  if (!(await writeQuotas(services.store, tenant, quotas, actor))) return noSuchTenant(tenant)
  await services.tell({ kind: 'tenant_changed', tenantId: tenant })
  return showQuotas(tenant, quotas, services)
}

function showQuotas(tenant: string, quotas: Quotas, { rateLimits }: AdminServices): z.input<typeof shown> {
  const effective = toWire({ ...rateLimits, ...quotas })
  return { object: 'quotas', overrides: toWire(quotas), effective }
}
