import { newApiKey, newEncryptionKey, openVault, providerKeyField, settingsSchema } from '@voicebox/tenancy'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addApiKey,
  appendAudit,
  createTenant,
  deleteItemsBefore,
  deleteSessionHistory,
  deleteTenantHistory,
  dropProviderKey,
  findItem,
  findSession,
  findTenant,
  listApiKeys,
  listAudit,
  listItems,
  listProviderKeys,
  listResponses,
  listSessions,
  noteUse,
  readQuotas,
  readSealedKeys,
  readSettings,
  revokeApiKey,
  searchItems,
  usageByDay,
  usageTotals,
  writeHistory,
  writeProviderKey,
  writeQuotas,
  writeSettings,
} from './index.ts'
import type { Within } from './store.ts'
import { usePostgres } from './testing/index.ts'

const postgres = usePostgres()
const store = postgres.store()
const vault = openVault([newEncryptionKey()])

/** What one tenant does; the numbers choose among what all tenants have, so that others' things are named as well. */
const acts = fc.array(
  fc.record({
    who: fc.constantFrom('one', 'two', 'three'),
    what: fc.constantFrom(
      'add key',
      'list keys',
      'revoke',
      'use',
      'write quotas',
      'read quotas',
      'append audit',
      'list audit',
      'find tenant',
      'write settings',
      'read settings',
      'write provider key',
      'list provider keys',
      'drop provider key',
      'take all',
      'change all',
      'steal',
      'write history',
      'write history',
      'read history',
      'search',
      'usage',
      'delete history',
    ),
    which: fc.nat(20),
  }),
  { minLength: 15, maxLength: 50, size: 'max' },
)

type Act = (typeof acts extends fc.Arbitrary<infer T> ? T : never) extends (infer A)[] ? A : never

describe('Property: tenant isolation', () => {
  const tables = [
    'api_keys',
    'quotas',
    'audit_logs',
    'tenant_settings',
    'provider_keys',
    'sessions',
    'conversation_items',
    'responses',
    'usage',
    'usage_days',
  ] as const
  const tenants = ['one', 'two', 'three']
  const reached = new Map<string, number>()

  /** All rows of a tenant, as itself. */
  const own = async (tenantId: string): Promise<string> =>
    JSON.stringify(
      await store.asTenant(tenantId, (within) => Promise.all(tables.map((table) => everything(within, table)))),
    )

  /** As one who has left out the `where`. */
  function everything(within: Within, table: (typeof tables)[number]): Promise<{ tenant_id: string }[]> {
    return within.selectFrom(table).selectAll().orderBy('tenant_id').execute()
  }

  /** What of all this can be seen of others. */
  async function act({ who, what, which }: Act, keys: string[]): Promise<string[]> {
    const keyId = keys[which % Math.max(1, keys.length)] ?? 'key_none'
    switch (what) {
      case 'add key': {
        const { prefix, hash } = newApiKey()
        const added = await addApiKey(store, { tenantId: who, name: 'k', prefix, hash, scopes: [], expiresAt: null })
        keys.push(added?.id ?? '')
        return [added?.tenantId ?? '']
      }
      case 'list keys':
        return (await listApiKeys(store, who)).map(({ tenantId }) => tenantId)
      case 'revoke':
        return [(await revokeApiKey(store, who, keyId))?.tenantId ?? who]
      case 'use':
        await noteUse(store, who, new Map(keys.map((id) => [id, new Date()])))
        return []
      case 'write quotas':
        await writeQuotas(store, who, { sessions: which + 1 })
        return []
      case 'read quotas':
        await readQuotas(store, who)
        return []
      case 'write settings':
        await writeSettings(store, who, { ...settingsSchema.parse({}), instructions: `${who} ${which}` })
        return []
      case 'read settings': {
        const { instructions } = await readSettings(store, who)
        return instructions === '' ? [] : [instructions.split(' ')[0] ?? '']
      }
      case 'write provider key':
        await writeProviderKey(store, vault, { tenantId: who, provider: 'p', key: `sk-${who}-0123456789${which}` })
        return []
      case 'list provider keys': {
        const sealed = (await readSealedKeys(store, who)).get('p')
        expect((await listProviderKeys(store, who)).length).toBe(sealed === undefined ? 0 : 1)
        if (sealed === undefined) return []
        const key = vault.unseal(sealed, { tenantId: who, field: providerKeyField('p') })
        return [key.split('-')[1] ?? '']
      }
      case 'drop provider key':
        await dropProviderKey(store, who, 'p')
        return []
      case 'append audit':
        await appendAudit(store, [{ tenantId: who, action: 'a', actor: who, subject: keyId, details: {} }])
        return []
      case 'list audit':
        return (await listAudit(store, who)).map(({ tenantId }) => tenantId)
      case 'find tenant':
        return [(await findTenant(store, who))?.id ?? '']
      case 'take all': {
        const rows = await store.asTenant(who, async (within) => {
          const all = await Promise.all(tables.map((table) => everything(within, table)))
          const seen = await within.selectFrom('tenants').selectAll().execute()
          return [...all.flat().map((row) => row.tenant_id), ...seen.map(({ id }) => id)]
        })
        return rows
      }
      case 'change all':
        await store.asTenant(who, async (within) => {
          await within.updateTable('api_keys').set({ revoked_at: new Date() }).execute()
          await within.updateTable('quotas').set({ overrides: '{"taken":true}' }).execute()
          await within.deleteFrom('quotas').execute()
          await within.updateTable('tenant_settings').set({ settings: '{}' }).execute()
          await within.deleteFrom('provider_keys').execute()
          for (const table of ['sessions', 'conversation_items', 'responses', 'usage', 'usage_days'] as const)
            await within.deleteFrom(table).execute()
          await within.updateTable('tenants').set({ name: 'taken' }).execute()
        })
        return []
      case 'write history': {
        const about = { sessionId: `sess_${which % 3}`, number: which, at: new Date(which) }
        await writeHistory(store, who, [
          { ...about, kind: 'session_opened', type: 'realtime', model: who },
          { ...about, kind: 'item', itemId: 'item_1', position: 1, item: { who }, words: `blue ${who}` },
          { ...about, kind: 'response', responseId: 'resp_1', model: who, response: { who } },
          { ...about, kind: 'usage', turnId: 'turn_1', model: who, counts: { input_text_tokens: which } },
        ])
        return []
      }
      case 'read history': {
        const sessionId = `sess_${which % 3}`
        const [sessions, items, responses] = [
          await listSessions(store, who),
          await listItems(store, who, sessionId),
          await listResponses(store, who, sessionId),
        ]
        const [session, item] = [
          await findSession(store, who, sessionId),
          await findItem(store, who, sessionId, 'item_1'),
        ]
        const seen: { tenantId: string }[] = [...sessions.entries, ...items.entries, ...responses.entries]
        return [...seen, session ?? { tenantId: who }, item ?? { tenantId: who }].map((one) => one.tenantId)
      }
      case 'search':
        return (await searchItems(store, who, { text: 'blue or one or two or three' })).entries.map(
          ({ tenantId, item }) => (item['who'] === who ? tenantId : 'of another'),
        )
      case 'usage': {
        const days = { from: '1970-01-01', to: '1970-12-31' }
        const own = await usageByDay(store, who, days)
        const sum = own.reduce((all, { amount }) => all + amount, 0)
        expect((await usageTotals(store, who, days))['input_text_tokens'] ?? 0).toBe(sum)
        return own.map(({ tenantId, model }) => (model === who ? tenantId : 'of another'))
      }
      case 'delete history':
        if (which % 3 === 0) await deleteSessionHistory(store, who, `sess_${which % 2}`)
        if (which % 3 === 1) await deleteItemsBefore(store, who, new Date(which))
        if (which % 9 === 2) await deleteTenantHistory(store, who, new Date(Date.now() + 60_000))
        return []
      case 'steal': {
        const [victim = ''] = tenants.filter((tenant) => tenant !== who)
        const row = { tenant_id: victim, action: 'a', actor: who, subject: null }
        const stealing = store.asTenant(who, (within) => within.insertInto('audit_logs').values(row).execute())
        await expect(stealing).rejects.toMatchObject({ kind: 'bug' })
        return []
      }
    }
  }

  it('nothing of another tenant is returned or changed, also where the `where` is left out', async () => {
    for (const id of tenants) await createTenant(store, { id, name: id })
    const names = tenants.map((id) => findTenant(store, id))
    const before = await Promise.all(names)
    const keys: string[] = []
    await fc.assert(
      fc.asyncProperty(acts, async (history) => {
        for (const one of history) {
          const others = tenants.filter((tenant) => tenant !== one.who)
          const untouched = await Promise.all(others.map(own))
          const seen = await act(one, keys)
          reached.set(one.what, (reached.get(one.what) ?? 0) + 1)
          expect(seen.filter((tenant) => tenant !== one.who)).toEqual([])
          expect(await Promise.all(others.map(own))).toEqual(untouched)
        }
      }),
      { numRuns: 12 },
    )
    expect(await Promise.all(tenants.map((id) => findTenant(store, id)))).toEqual(before)
    expect(reached.size).toBe(22)
  }, 120_000)

  it('a transaction that is for nobody sees and changes nothing', async () => {
    await writeQuotas(store, 'default', { sessions: 7 })
    await store.forPresented(['sk-vb-0'], async (within) => {
      for (const table of tables) expect(await everything(within, table)).toEqual([])
      expect(await within.selectFrom('tenants').selectAll().execute()).toEqual([])
      await within.deleteFrom('quotas').execute()
    })
    expect(await readQuotas(store, 'default')).toEqual({ sessions: 7 })
  })
})
