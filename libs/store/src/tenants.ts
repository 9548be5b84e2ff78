import type { Selectable } from 'kysely'
import type { Schema } from './schema.ts'
import type { Store } from './store.ts'

export interface Tenant {
  id: string
  name: string
  createdAt: Date
  /** Null: it is not. */
  suspendedAt: Date | null
}

/** Makes a tenant; null: there is one of this id. */
export async function createTenant(store: Store, { id, name }: Pick<Tenant, 'id' | 'name'>): Promise<Tenant | null> {
  const rows = await store.asOperator((within) =>
    within
      .insertInto('tenants')
      .values({ id, name, suspended_at: null })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .returningAll()
      .execute(),
  )
  return rows.map(tenantOf)[0] ?? null
}

export async function findTenant(store: Store, id: string): Promise<Tenant | null> {
  const rows = await store.asTenant(id, (within) =>
    within.selectFrom('tenants').selectAll().where('id', '=', id).execute(),
  )
  return rows.map(tenantOf)[0] ?? null
}

/** All tenants by id, or those after one. */
export async function listTenants(store: Store, { after = '', limit = 100 } = {}): Promise<Tenant[]> {
  const rows = await store.asOperator((within) =>
    within.selectFrom('tenants').selectAll().where('id', '>', after).orderBy('id').limit(limit).execute(),
  )
  return rows.map(tenantOf)
}

/** Lets none of a tenant's keys open anything any more, or again. Null: there is no such tenant. */
export async function setSuspended(store: Store, id: string, isSuspended: boolean): Promise<Tenant | null> {
  const rows = await store.asOperator((within) =>
    within
      .updateTable('tenants')
      .set(({ fn, ref }) => ({
        suspended_at: isSuspended ? fn.coalesce(ref('suspended_at'), fn<Date>('now')) : null,
      }))
      .where('id', '=', id)
      .returningAll()
      .execute(),
  )
  return rows.map(tenantOf)[0] ?? null
}

const tenantOf = ({ id, name, created_at, suspended_at }: Selectable<Schema['tenants']>): Tenant => ({
  id,
  name,
  createdAt: created_at,
  suspendedAt: suspended_at,
})
