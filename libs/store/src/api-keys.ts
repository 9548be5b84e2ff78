import { randomBytes } from 'node:crypto'
import type { NewKey, Scope } from '@voicebox/tenancy'
import { type Selectable, sql } from 'kysely'
import { noteIn, operator } from './audit.ts'
import { breaks } from './failures.ts'
import type { Schema } from './schema.ts'
import { readScopes } from './scopes.ts'
import type { Store } from './store.ts'

/** A key as its tenant sees it: never the key itself, which nobody has but who was shown it. */
export interface ApiKey {
  id: string
  tenantId: string
  prefix: string
  name: string
  scopes: readonly Scope[]
  createdAt: Date
  expiresAt: Date | null
  /** To a minute or so. */
  lastUsedAt: Date | null
  revokedAt: Date | null
}

export interface KeyToAdd extends Pick<NewKey, 'prefix' | 'hash'> {
  tenantId: string
  name: string
  scopes: readonly Scope[]
  expiresAt: Date | null
}

/** Adds a key, of which its hash is kept; null: there is no such tenant. */
export async function addApiKey(
  store: Store,
  { tenantId, name, prefix, hash, scopes, expiresAt }: KeyToAdd,
  actor: string = operator,
): Promise<ApiKey | null> {
  const id = `key_${randomBytes(10).toString('hex')}`
  const about = { id, tenant_id: tenantId, name, prefix, scopes: [...scopes], expires_at: expiresAt }
  try {
    return await store.asTenant(tenantId, async (within) => {
      const row = await within
        .insertInto('api_keys')
        .values({ ...about, hash: Buffer.from(hash), last_used_at: null, revoked_at: null })
        .returningAll()
        .executeTakeFirstOrThrow()
      await noteIn(within, { tenantId, action: 'key.created', actor, subject: id, details: { scopes, expiresAt } })
      return apiKeyOf(row)
    })
  } catch (error) {
    if (breaks(error, 'api_keys_tenant_id_fkey')) return null
    throw error
  }
}

/** A page of keys, the newest first; revoked and expired ones are among them. `after` is the id of the last of the page before it. */
export async function listApiKeys(
  store: Store,
  tenantId: string,
  { after = null, limit = 1_000 }: { after?: string | null; limit?: number } = {},
): Promise<ApiKey[]> {
  const rows = await store.asTenant(tenantId, (within) => {
    const all = within.selectFrom('api_keys').selectAll().where('tenant_id', '=', tenantId)
    const page =
      after === null
        ? all
        : all.where(
            sql<boolean>`(created_at, id) < (select created_at, id from api_keys where tenant_id = ${tenantId} and id = ${after})`,
          )
    return page.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit).execute()
  })
  return rows.map(apiKeyOf)
}

/** Null: the tenant has no such key. */
export async function findApiKey(store: Store, tenantId: string, id: string): Promise<ApiKey | null> {
  const row = await store.asTenant(tenantId, (within) =>
    within.selectFrom('api_keys').selectAll().where('tenant_id', '=', tenantId).where('id', '=', id).executeTakeFirst(),
  )
  return row === undefined ? null : apiKeyOf(row)
}

/** Revokes a key for ever; again, if it was: who revokes must be able to repeat it. Null: the tenant has no such key. */
export async function revokeApiKey(
  store: Store,
  tenantId: string,
  id: string,
  actor: string = operator,
): Promise<ApiKey | null> {
  return store.asTenant(tenantId, async (within) => {
    const row = await within
      .updateTable('api_keys')
      .set(({ fn, ref }) => ({ revoked_at: fn.coalesce(ref('revoked_at'), fn<Date>('now')) }))
      .where('tenant_id', '=', tenantId)
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst()
    if (row === undefined) return null
    await noteIn(within, { tenantId, action: 'key.revoked', actor, subject: id, details: {} })
    return apiKeyOf(row)
  })
}

/** Notes when keys of a tenant were used last; what is known to be later stays. */
export async function noteUse(store: Store, tenantId: string, usedAt: ReadonlyMap<string, Date>): Promise<void> {
  const ids = [...usedAt.keys()]
  const times = [...usedAt.values()]
  await store.asTenant(tenantId, (within) =>
    within
      .updateTable('api_keys')
      .from(
        sql<{ id: string; at: Date }>`unnest(${ids}::text[], ${times}::timestamptz[])`.as<'used'>(sql`used (id, at)`),
      )
      .set(({ fn, ref }) => ({ last_used_at: fn<Date>('greatest', [ref('last_used_at'), ref('used.at')]) }))
      .where('tenant_id', '=', tenantId)
      .whereRef('api_keys.id', '=', 'used.id')
      .execute(),
  )
}

const apiKeyOf = (row: Selectable<Schema['api_keys']>): ApiKey => ({
  id: row.id,
  tenantId: row.tenant_id,
  prefix: row.prefix,
  name: row.name,
  scopes: readScopes(row.scopes),
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  lastUsedAt: row.last_used_at,
  revokedAt: row.revoked_at,
})
