import type { Selectable } from 'kysely'
import { noteIn, operator } from './audit.ts'
import type { Schema } from './schema.ts'
import type { Store, Within } from './store.ts'

export interface Tenant {
  id: string
  name: string
  createdAt: Date
  /** Null: it is not. */
  suspendedAt: Date | null
}

/** Makes a tenant; null: there is one of this id. Like all that changes something here, it writes down that `actor` did. */
export async function createTenant(
  store: Store,
  { id, name }: Pick<Tenant, 'id' | 'name'>,
  actor: string = operator,
): Promise<Tenant | null> {
  return changing(store, { id, action: 'tenant.created', actor, details: {} }, (within) =>
    within
      .insertInto('tenants')
      .values({ id, name, suspended_at: null })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .returningAll()
      .executeTakeFirst(),
  )
}

/** Null: there is no such tenant. */
export async function renameTenant(
  store: Store,
  { id, name }: Pick<Tenant, 'id' | 'name'>,
  actor: string = operator,
): Promise<Tenant | null> {
  return changing(store, { id, action: 'tenant.renamed', actor, details: { name } }, (within) =>
    within.updateTable('tenants').set({ name }).where('id', '=', id).returningAll().executeTakeFirst(),
  )
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
export async function setSuspended(
  store: Store,
  id: string,
  isSuspended: boolean,
  actor: string = operator,
): Promise<Tenant | null> {
  const action = isSuspended ? 'tenant.suspended' : 'tenant.resumed'
  return changing(store, { id, action, actor, details: {} }, (within) =>
    within
      .updateTable('tenants')
      .set(({ fn, ref }) => ({
        suspended_at: isSuspended ? fn.coalesce(ref('suspended_at'), fn<Date>('now')) : null,
      }))
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst(),
  )
}

/** Changes a tenant and writes it down, both or neither. */
async function changing(
  store: Store,
  { id, ...what }: { id: string; action: string; actor: string; details: Record<string, unknown> },
  change: (within: Within) => Promise<Selectable<Schema['tenants']> | undefined>,
): Promise<Tenant | null> {
  return store.asOperator(async (within) => {
    const row = await change(within)
    if (row === undefined) return null
    await noteIn(within, { tenantId: id, subject: id, ...what })
    return tenantOf(row)
  }, id)
}

const tenantOf = ({ id, name, created_at, suspended_at }: Selectable<Schema['tenants']>): Tenant => ({
  id,
  name,
  createdAt: created_at,
  suspendedAt: suspended_at,
})
