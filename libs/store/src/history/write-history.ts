import type { Store } from '../store.ts'
import type { HistoryRecord } from './record.ts'
import { storableText } from './storable.ts'
import { writeItems } from './write-items.ts'
import { writeResponses } from './write-responses.ts'
import { writeSessions } from './write-sessions.ts'
import { writeUsage } from './write-usage.ts'

/**
 * Inserts facts of a tenant's sessions in one transaction. Repeating it, also in part or out of order, changes nothing. Of a
 * session whose history was deleted only usage is taken. Throws a `Failure`: `dependency` where Postgres is away or slow.
 */
export async function writeHistory(store: Store, tenantId: string, records: readonly HistoryRecord[]): Promise<void> {
  if (records.length === 0) return
  const facts = records.map((record) => ({ ...record, sessionId: storableText(record.sessionId) }))
  await store.asTenant(tenantId, async (within) => {
    const deleted = await writeSessions(within, tenantId, facts) // from here on no other changes these sessions
    const kept = facts.filter(({ sessionId }) => !deleted.has(sessionId))
    await writeItems(within, tenantId, kept)
    await writeResponses(within, tenantId, kept)
    await writeUsage(within, tenantId, facts)
  })
}
