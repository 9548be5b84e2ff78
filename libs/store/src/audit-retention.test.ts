import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { appendAudit, dropOldAudit, listAudit, strangers } from './index.ts'
import { ageAudit, usePostgres } from './testing/index.ts'

describe('What is old in the audit log', () => {
  const postgres = usePostgres()
  const store = postgres.store()

  async function noted(tenantId: string, action: string, daysAgo: number): Promise<void> {
    await appendAudit(store, [{ tenantId, action, actor: 'operator', subject: null, details: {} }])
    await ageAudit(postgres.ownerUrl, tenantId, action, daysAgo)
  }
  const actions = async (tenantId: string): Promise<string[]> =>
    (await listAudit(store, tenantId)).map(({ action }) => action).sort()

  it('is deleted for the tenant that is asked for, and what is younger stays', async () => {
    await noted('acme', 'old', 401)
    await noted('acme', 'young', 399)
    await noted('other', 'old', 401)
    await noted(strangers, 'old', 401)
    expect(await dropOldAudit(store, 'acme', 400)).toBe(false)
    expect(await actions('acme')).toEqual(['young'])
    expect(await actions('other')).toEqual(['old'])
    await dropOldAudit(store, strangers, 400)
    expect(await actions(strangers)).toEqual([])
  })

  it('is all that the application can delete, and nothing of the last 30 days', async () => {
    await noted('acme', 'recent', 29)
    await expect(dropOldAudit(store, 'acme', 1)).rejects.toMatchObject({ kind: 'bug' })
    const deleting = store.asTenant('acme', (within) => sql`delete from audit_logs`.execute(within))
    await expect(deleting).rejects.toMatchObject({ code: 'statement_refused' })
    expect(await actions('acme')).toContain('recent')
  })

  it('of nobody is deleted where no tenant is named', async () => {
    await noted('third', 'old', 401)
    await store.asOperator((within) => sql`select voicebox_drop_audit(400, 1000)`.execute(within))
    expect(await actions('third')).toEqual(['old'])
  })
})
