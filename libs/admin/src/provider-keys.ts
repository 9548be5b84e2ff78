import { z } from '@hono/zod-openapi'
import { dropProviderKey, listProviderKeys, type ProviderKey, writeProviderKey } from '@voicebox/store'
import { providerKeySchema, providerNameSchema } from '@voicebox/tenancy'
import { at, moment, ofTenant } from './fields.ts'
import { operation } from './operation.ts'
import { Problem } from './problem.ts'
import { noSuchTenant } from './tenants.ts'

const provider = providerNameSchema
  .refine((text) => text.isWellFormed() && !text.includes('\0'), 'expected the name of a provider')
  .openapi({ description: 'The provider, as VOICEBOX_LLM_PROVIDERS names it.', example: 'openai' })
const shown = z
  .object({
    object: z.literal('provider_key'),
    provider,
    last_four: z.string().openapi({ description: 'What the key ends with.' }),
    created_at: moment,
  })
  .openapi('ProviderKey')
const params = z.object({ ...ofTenant, provider })
const about = { tag: 'Settings', access: 'tenant' } as const

export const providerKeyOperations = [
  operation({
    ...about,
    id: 'listProviderKeys',
    method: 'get',
    path: '/tenants/{tenant}/provider-keys',
    summary: 'Lists for which language providers a tenant has keys of its own',
    params: z.object(ofTenant),
    answer: z.object({ object: z.literal('list'), data: z.array(shown) }).openapi('ProviderKeyList'),
    async perform({ params: { tenant }, services: { store } }) {
      const keys = await listProviderKeys(store, tenant)
      return { object: 'list' as const, data: keys.map(showKey) }
    },
  }),
  operation({
    ...about,
    id: 'setProviderKey',
    method: 'put',
    path: '/tenants/{tenant}/provider-keys/{provider}',
    summary: 'Sets a key for a language provider; it is never shown again',
    params,
    body: z
      .strictObject({ key: providerKeySchema.meta({ description: 'It is never shown.' }) })
      .openapi('ProviderKeyToSet'),
    async perform({ params: { tenant: tenantId, provider: name }, body: { key }, caller, services }) {
      const { store, seal, tell } = services
      const wanted = { tenantId, provider: name, key }
      if (!(await writeProviderKey(store, { seal }, wanted, caller.actor))) return noSuchTenant(tenantId)
      await tell({ kind: 'tenant_changed', tenantId })
      return undefined
    },
  }),
  operation({
    ...about,
    id: 'deleteProviderKey',
    method: 'delete',
    path: '/tenants/{tenant}/provider-keys/{provider}',
    summary: 'Forgets a key for a language provider',
    params,
    async perform({ params: { tenant: tenantId, provider: name }, caller, services: { store, tell } }) {
      if (!(await dropProviderKey(store, tenantId, name, caller.actor)))
        return new Problem('not_found', `Tenant ${tenantId} has no key for ${name}.`)
      await tell({ kind: 'tenant_changed', tenantId })
      return undefined
    },
  }),
]

const showKey = ({ provider: name, lastFour, createdAt }: ProviderKey) => ({
  object: 'provider_key' as const,
  provider: name,
  last_four: lastFour,
  created_at: at(createdAt),
})
