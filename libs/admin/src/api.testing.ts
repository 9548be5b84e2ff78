import { silentLog, systemClock } from '@voicebox/kernel'
import { createTenant, type Store } from '@voicebox/store'
import { openChores, type Redis } from '@voicebox/streams'
import { openVault, newEncryptionKey } from '@voicebox/tenancy'
import { settings } from '@voicebox/config'
import { makeAdminApi } from './api.ts'
import type { Caller } from './caller.ts'
import type { AdminServices } from './services.ts'

/** Who may ask, in tests. */
export const callers = {
  platform: { actor: 'key_platform', role: 'platform', tenantId: 'default' },
  tenant: { actor: 'key_own', role: 'tenant', tenantId: 'own' },
  realtime: { actor: 'key_realtime', role: null, tenantId: 'own' },
} as const satisfies Record<string, Caller>
export type CallerName = keyof typeof callers | 'nobody'

/** An API that knows its callers by their names, in place of their keys. */
export function openTestApi(store: Store, redis: Redis, about: Partial<AdminServices> = {}) {
  const told: unknown[] = []
  const failures: unknown[] = []
  const chores = openChores(redis, { log: silentLog })
  const { seal } = openVault([newEncryptionKey()])
  const app = makeAdminApi({
    store,
    redis: async () => redis,
    chores: async () => chores,
    authenticate: async ({ header }) => {
      const name = header('authorization')?.slice('Bearer '.length) ?? ''
      return Object.hasOwn(callers, name) ? callers[name as keyof typeof callers] : null
    },
    tell: async (change) => void told.push(change),
    rateLimits: settings.rateLimits.schema.parse(undefined),
    seal,
    name: 'test',
    clock: systemClock,
    log: { ...silentLog, error: (what) => void failures.push(what) },
    requestsPerMinute: 1_000_000,
    ...about,
  })

  async function ask(who: CallerName, method: string, path: string, body?: unknown, headers: object = {}) {
    const response = await app.request(`/v1/admin${path}`, {
      method: method.toUpperCase(),
      headers: { authorization: `Bearer ${who}`, 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    const type = response.headers.get('content-type') ?? ''
    const json = (type.includes('json') ? JSON.parse(text) : null) as Record<string, unknown> & {
      data: Record<string, unknown>[]
    }
    return { status: response.status, headers: response.headers, type, text, json }
  }
  return { app, ask, told, failures, close: () => chores.close() }
}

/** The tenants that the callers are of, and one of others. */
export async function makeTenants(store: Store): Promise<void> {
  for (const id of ['own', 'foreign']) await createTenant(store, { id, name: id })
}
