import { sql } from 'kysely'
import type { Store } from './store.ts'

/** Deletes audit records of a tenant that are older than so many days (30 at least), at most a thousand; true: there may be more. */
export async function dropOldAudit(store: Store, tenantId: string, olderThanDays: number): Promise<boolean> {
  const { rows } = await store.asTenant(tenantId, (within) =>
    sql<{
      dropped: number
    }>`select voicebox_drop_audit(${olderThanDays}::integer, ${atMost}::integer) as dropped`.execute(within),
  )
  return (rows[0]?.dropped ?? 0) >= atMost
}

const atMost = 1_000
