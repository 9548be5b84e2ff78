import { usePostgres } from '@voicebox/store/testing'
import { useRedis } from '@voicebox/streams/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CallerName, makeTenants, openTestApi } from './api.testing.ts'
import { adminDocument } from './document.ts'

interface Listed {
  operationId: string
  security: { apiKey: string[] }[]
}
const paths = adminDocument().paths as Record<string, Record<string, Listed>>
const all = Object.entries(paths).flatMap(([path, own]) =>
  Object.entries(own).map(([method, { operationId, security }]) => ({
    operationId,
    method,
    path,
    roles: security.flatMap(({ apiKey }) => apiKey),
  })),
)
/** A path of this tenant; whatever else it names is there nowhere. */
const pathIn = (path: string, tenant: string): string =>
  path
    .replace('{tenant}', tenant)
    .replace('{key}', `key_${'0'.repeat(20)}`)
    .replace('{session}', 'sess_none')
    .replace('{lane}', 'jobs:llm:none')
    .replace('{letter}', '1-1')
    .replace('{webhook}', 'wh_none')
    .replace('{provider}', 'none')
    .replaceAll(/\{.+?\}/g, 'none')

describe('The admin API', () => {
  const postgres = usePostgres()
  const store = postgres.store()
  const server = useRedis()
  const redis = server.handle()
  let api: ReturnType<typeof openTestApi>
  beforeAll(async () => {
    api = openTestApi(store, redis)
    await makeTenants(store)
  })

  afterAll(() => api.close())

  const ask = (who: CallerName, { method, path }: { method: string; path: string }, tenant: string) =>
    api.ask(who, method, pathIn(path, tenant), method === 'get' ? undefined : '{"no such field":1}')

  it('has operations for each part of a tenant', () => {
    expect(all.length).toBeGreaterThan(25)
  })

  it.each(all)('lets nobody in to $operationId without a key, nor with one that is not for it', async (one) => {
    expect(await ask('nobody', one, 'own')).toMatchObject({ status: 401, json: { code: 'invalid_api_key' } })
    expect(await ask('realtime', one, 'own')).toMatchObject({ status: 403, json: { code: 'insufficient_permissions' } })
  })

  it.each(all)('lets platform admins do $operationId, and tenant admins if it is for them', async (one) => {
    const admitted = [await ask('platform', one, 'foreign')]
    const isForTenants = one.roles.includes('admin')
    const own = await ask('tenant', one, 'own')
    if (isForTenants) admitted.push(own)
    else expect(own).toMatchObject({ status: 403, json: { code: 'insufficient_permissions' } })
    for (const { status, json } of admitted) {
      expect([401, 403, 405]).not.toContain(status)
      expect(JSON.stringify(json)).not.toContain('There is no tenant')
    }
  })

  it.each(all.filter(({ path, roles }) => path.includes('{tenant}') && roles.includes('admin')))(
    'tells a tenant admin of another tenant what it tells of none, for $operationId',
    async (one) => {
      const [foreign, none] = [await ask('tenant', one, 'foreign'), await ask('tenant', one, 'none')]
      expect(foreign).toMatchObject({ status: 404, json: { code: 'not_found', detail: 'There is no tenant foreign.' } })
      const bare = ({ json }: typeof foreign) => JSON.stringify({ ...json, instance: '' }).replaceAll('foreign', 'none')
      expect(bare(foreign)).toBe(bare(none))
    },
  )

  it('knows no key with the scope `platform` that a tenant admin has made, or revoked', async () => {
    const wanted = { name: 'high', scopes: ['admin', 'platform'] }
    expect((await api.ask('tenant', 'post', '/tenants/own/keys', wanted)).status).toBe(403)
    const { json } = await api.ask('platform', 'post', '/tenants/own/keys', wanted)
    expect((await api.ask('tenant', 'delete', `/tenants/own/keys/${String(json.id)}`)).status).toBe(403)
    expect((await api.ask('platform', 'delete', `/tenants/own/keys/${String(json.id)}`)).status).toBe(200)
  })
})
