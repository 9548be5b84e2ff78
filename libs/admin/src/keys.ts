import { z } from '@hono/zod-openapi'
import { addApiKey, type ApiKey, findApiKey, listApiKeys, revokeApiKey } from '@voicebox/store'
import { newApiKey, scopes } from '@voicebox/tenancy'
import { at, atOrNull, moment, name, ofTenant, tenantId } from './fields.ts'
import { operation } from './operation.ts'
import { page, pageOf, pageQuery } from './paging.ts'
import { Problem } from './problem.ts'
import { noSuchTenant } from './tenants.ts'

const keyId = z
  .string()
  .regex(/^key_[0-9a-f]{20}$/, 'expected the id of a key')
  .openapi({ example: 'key_0123456789abcdef0123' })
const scope = z.enum(scopes).openapi({
  description:
    '`realtime`: sessions, and what belongs to them. `admin`: the tenant’s own part of this API. `platform`: all of it.',
})
const fields = {
  object: z.literal('api_key'),
  id: keyId,
  tenant_id: tenantId,
  name,
  prefix: z.string().openapi({ description: 'What the key begins with.', example: 'sk-vb-0123456789abcdef' }),
  scopes: z.array(scope),
  status: z.enum(['active', 'expired', 'revoked']),
  created_at: moment,
  expires_at: moment.nullable(),
  last_used_at: moment.nullable().openapi({ description: 'To a minute or so.' }),
  revoked_at: moment.nullable(),
}
const shown = z.object(fields).openapi('ApiKey')
const created = z
  .object({ ...fields, key: z.string().openapi({ description: 'The key itself: it is shown this once.' }) })
  .openapi('CreatedApiKey')
const toCreate = z
  .strictObject({
    name: name.default('API key'),
    scopes: z
      .array(scope)
      .min(1)
      .max(scopes.length)
      .default(['realtime'])
      .openapi({ description: 'Only a platform admin gives `platform`.' }),
    expires_at: moment.nullable().default(null).openapi({ description: 'A time to come; null: never.' }),
  })
  .openapi('ApiKeyToCreate')
const params = z.object({ ...ofTenant, key: keyId.openapi({ description: 'The key’s id.' }) })
const about = { tag: 'Keys', access: 'tenant' } as const

export const keyOperations = [
  operation({
    ...about,
    id: 'listKeys',
    method: 'get',
    path: '/tenants/{tenant}/keys',
    summary: 'Lists the keys of a tenant, the newest first',
    params: z.object(ofTenant),
    query: pageQuery(keyId),
    answer: pageOf('ApiKeyList', shown),
    async perform({ params: { tenant }, query: { limit, after = null }, services: { store, clock } }) {
      const found = await listApiKeys(store, tenant, { after, limit: limit + 1 })
      return page(found, limit, { show: (key) => showKey(key, clock.now()), cursor: ({ id }) => id })
    },
  }),
  operation({
    ...about,
    id: 'createKey',
    method: 'post',
    path: '/tenants/{tenant}/keys',
    summary: 'Makes a key, and shows it this once',
    params: z.object(ofTenant),
    body: toCreate,
    status: 201,
    answer: created,
    async perform({ params: { tenant }, body, caller, services: { store, clock } }) {
      const expiresAt = body.expires_at === null ? null : new Date(body.expires_at)
      if (expiresAt !== null && expiresAt.getTime() <= clock.now()) return alreadyExpired
      if (body.scopes.includes('platform') && caller.role !== 'platform') return onlyPlatform
      const { key, ...kept } = newApiKey()
      const wanted = { tenantId: tenant, name: body.name, scopes: [...new Set(body.scopes)], expiresAt }
      const added = await addApiKey(store, { ...wanted, ...kept }, caller.actor)
      return added === null ? noSuchTenant(tenant) : { ...showKey(added, clock.now()), key }
    },
  }),
  operation({
    ...about,
    id: 'getKey',
    method: 'get',
    path: '/tenants/{tenant}/keys/{key}',
    summary: 'Shows a key',
    params,
    answer: shown,
    async perform({ params: { tenant, key: id }, services: { store, clock } }) {
      const key = await findApiKey(store, tenant, id)
      return key === null ? noSuchKey(tenant, id) : showKey(key, clock.now())
    },
  }),
  operation({
    ...about,
    id: 'revokeKey',
    method: 'delete',
    path: '/tenants/{tenant}/keys/{key}',
    summary: 'Revokes a key for ever',
    description:
      'Sessions that were opened with it end within five seconds. It stays in the list; revoking it again changes nothing.',
    params,
    answer: shown,
    async perform({ params: { tenant, key: id }, caller, services: { store, clock, tell } }) {
      const key = await findApiKey(store, tenant, id)
      if (key?.scopes.includes('platform') === true && caller.role !== 'platform') return onlyPlatform
      const revoked = key === null ? null : await revokeApiKey(store, tenant, id, caller.actor)
      if (revoked === null) return noSuchKey(tenant, id)
      await tell({ kind: 'key_revoked', prefix: revoked.prefix })
      return showKey(revoked, clock.now())
    },
  }),
]

const alreadyExpired = new Problem('invalid_request', 'The key would have expired already.', [
  { path: 'body.expires_at', message: 'expected a time to come' },
])
const onlyPlatform = new Problem('insufficient_permissions', 'Only a platform admin may do this with a platform key.')
const noSuchKey = (tenant: string, id: string): Problem =>
  new Problem('not_found', `Tenant ${tenant} has no key ${id}.`)

function showKey(key: ApiKey, nowMs: number): z.input<typeof shown> {
  const { id, tenantId: tenant_id, name, prefix, scopes, createdAt, expiresAt, lastUsedAt, revokedAt } = key
  const isExpired = expiresAt !== null && expiresAt.getTime() <= nowMs
  return {
    object: 'api_key',
    id,
    tenant_id,
    name,
    prefix,
    scopes: [...scopes],
    status: revokedAt !== null ? 'revoked' : isExpired ? 'expired' : 'active',
    created_at: at(createdAt),
    expires_at: atOrNull(expiresAt),
    last_used_at: atOrNull(lastUsedAt),
    revoked_at: atOrNull(revokedAt),
  }
}
