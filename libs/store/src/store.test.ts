import { newApiKey } from '@voicebox/tenancy'
import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import {
  addApiKey,
  appendAudit,
  createTenant,
  findTenant,
  listApiKeys,
  listAudit,
  listTenants,
  makeKeySource,
  noteUse,
  readQuotas,
  revokeApiKey,
  setSuspended,
  strangers,
  writeQuotas,
} from './index.ts'
import { usePostgres } from './testing/index.ts'

const postgres = usePostgres()
const store = postgres.store()

async function addKey(tenantId: string, about: { expiresAt?: Date } = {}) {
  const { prefix, hash } = newApiKey()
  const added = await addApiKey(store, {
    tenantId,
    name: 'A key',
    prefix,
    hash,
    scopes: ['realtime'],
    expiresAt: null,
    ...about,
  })
  if (added === null) throw new Error('There is no such tenant')
  return { ...added, hash }
}

describe('Tenants', () => {
  it('are made once, found and listed page by page; one is there from the beginning', async () => {
    expect(await createTenant(store, { id: 'acme', name: 'Acme' })).toMatchObject({ id: 'acme', suspendedAt: null })
    expect(await createTenant(store, { id: 'acme', name: 'Another' })).toBeNull()
    expect(await findTenant(store, 'acme')).toMatchObject({ name: 'Acme' })
    expect(await findTenant(store, 'nobody')).toBeNull()
    const [first] = await listTenants(store, { limit: 1 })
    expect(first?.id).toBe('acme')
    expect((await listTenants(store, { after: 'acme' })).map(({ id }) => id)).toContain('default')
  })

  it('are suspended and resumed, and keep when that was', async () => {
    await createTenant(store, { id: 'late', name: 'Late' })
    const suspended = await setSuspended(store, 'late', true)
    expect(suspended?.suspendedAt).toBeInstanceOf(Date)
    expect(await setSuspended(store, 'late', true)).toEqual(suspended)
    expect(await setSuspended(store, 'late', false)).toMatchObject({ suspendedAt: null })
    expect(await setSuspended(store, 'nobody', true)).toBeNull()
  })
})

describe('Keys', () => {
  it('are found by their prefix, whosever they are, with all that decides whether they open anything', async () => {
    await createTenant(store, { id: 'keys', name: 'Keys' })
    const expiresAt = new Date('2100-01-01')
    const key = await addKey('keys', { expiresAt })
    const other = await addKey('default')
    const found = await makeKeySource(store).find([key.prefix, other.prefix, 'sk-vb-unknown'])
    expect(found).toHaveLength(2)
    expect(found.find(({ id }) => id === key.id)).toEqual({
      id: key.id,
      tenantId: 'keys',
      prefix: key.prefix,
      hash: key.hash,
      scopes: ['realtime'],
      expiresAtMs: expiresAt.getTime(),
      isRevoked: false,
      isSuspended: false,
    })
    await revokeApiKey(store, 'keys', key.id)
    await setSuspended(store, 'keys', true)
    expect(await makeKeySource(store).find([key.prefix])).toMatchObject([{ isRevoked: true, isSuspended: true }])
  })

  it('are listed for their tenant alone, and revoked by it alone', async () => {
    await createTenant(store, { id: 'mine', name: 'Mine' })
    const key = await addKey('mine')
    expect(await listApiKeys(store, 'mine')).toMatchObject([{ id: key.id, revokedAt: null, lastUsedAt: null }])
    expect(await revokeApiKey(store, 'default', key.id)).toBeNull()
    const revoked = await revokeApiKey(store, 'mine', key.id)
    expect(revoked?.revokedAt).toBeInstanceOf(Date)
    expect(await revokeApiKey(store, 'mine', key.id)).toEqual(revoked)
  })

  it('are not made for a tenant that there is not', async () => {
    await expect(addKey('nobody')).rejects.toThrow('no such tenant')
  })

  it('remember their latest use, in whichever order it is told', async () => {
    const key = await addKey('default')
    const [early, late] = [new Date('2030-01-01'), new Date('2030-01-02')]
    for (const at of [late, early]) await noteUse(store, 'default', new Map([[key.id, at]]))
    expect((await listApiKeys(store, 'default')).find(({ id }) => id === key.id)?.lastUsedAt).toEqual(late)
  })
})

describe('Quotas', () => {
  it('are what was set last, all of them at once', async () => {
    expect(await readQuotas(store, 'default')).toEqual({})
    await writeQuotas(store, 'default', { requestsPerMinute: 5, sessions: 2 })
    expect(await writeQuotas(store, 'default', { requestsPerMinute: 7 })).toBe(true)
    expect(await readQuotas(store, 'default')).toEqual({ requestsPerMinute: 7 })
  })

  it('are not set for a tenant that there is not', async () => {
    expect(await writeQuotas(store, 'nobody', {})).toBe(false)
  })

  it('that another version has written say which of them cannot be read', async () => {
    const overrides = '{"requestsPerMinute":"many"}'
    await store.asTenant('default', (within) => within.updateTable('quotas').set({ overrides }).execute())
    const message = 'What is stored cannot be read: quotas.requestsPerMinute'
    await expect(readQuotas(store, 'default')).rejects.toMatchObject({ kind: 'dependency', message })
  })
})

describe('The audit log', () => {
  it('is read page by page, the newest first', async () => {
    await createTenant(store, { id: 'seen', name: 'Seen' })
    const entry = (number: number) => ({
      tenantId: 'seen',
      action: 'key.created',
      actor: 'operator',
      subject: `key_${number}`,
      details: { number },
    })
    await appendAudit(store, [1, 2, 3].map(entry))
    const first = await listAudit(store, 'seen', { limit: 2 })
    expect(first).toMatchObject([entry(3), entry(2)])
    const rest = await listAudit(store, 'seen', { limit: 2, before: first.at(-1)?.id ?? null })
    expect(rest).toMatchObject([entry(1)])
  })

  it('keeps what strangers did, whatever they sent', async () => {
    const entry = { tenantId: strangers, action: 'x'.repeat(300), actor: 'a\0b', subject: null, details: {} }
    await appendAudit(store, [entry])
    expect(await listAudit(store, strangers)).toMatchObject([{ action: 'x'.repeat(100), actor: 'ab' }])
  })

  it('cannot be rewritten', async () => {
    const rewriting = store.asTenant('seen', (within) => within.deleteFrom('audit_logs').execute())
    await expect(rewriting).rejects.toMatchObject({ kind: 'bug', cause: { code: '42501' } })
  })
})

describe('A transaction', () => {
  it('runs as a role that row-level security holds for, whoever has logged in', async () => {
    const roles = await store.asTenant('default', async (within) => {
      const { rows } = await sql<{
        role: string
        rolsuper: boolean
        rolbypassrls: boolean
      }>`select current_user as role, rolsuper, rolbypassrls from pg_roles where rolname in (current_user, session_user)`.execute(
        within,
      )
      return rows
    })
    expect(roles).toEqual(Array(2).fill({ role: 'voicebox_app', rolsuper: false, rolbypassrls: false }))
  })

  it('leaves nothing of whom it was for on its connection', async () => {
    await store.asTenant('default', async () => {})
    const left = await store.forPresented([], async (within) => within.selectFrom('tenants').selectAll().execute())
    expect(left).toEqual([])
  })

  it('that fails leaves nothing behind, and its reason is a Failure', async () => {
    const failing = store.asTenant('default', async (within) => {
      await within.insertInto('quotas').values({ tenant_id: 'acme', overrides: '{}' }).execute()
    })
    await expect(failing).rejects.toMatchObject({ kind: 'bug', code: 'statement_refused' })
  })
})
