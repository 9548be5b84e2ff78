import { assertNever } from '@voicebox/kernel'
import {
  addApiKey,
  appendAudit,
  createTenant,
  findTenant,
  listApiKeys,
  listAudit,
  listTenants,
  revokeApiKey,
  setSuspended,
  type Store,
  strangers,
} from '@voicebox/store'
import { type KeyChange, newApiKey } from '@voicebox/tenancy'
import type { Command } from './arguments.ts'
import { auditTable, keyTable, tenantTable } from './words.ts'

export interface Performed {
  outcome: { json: unknown; text: string } | { problem: string }
  /** What gateways must hear of. */
  change: KeyChange | null
}

/** Does it, and writes down that it was done. */
export async function perform(command: Command, store: Store): Promise<Performed> {
  switch (command.kind) {
    case 'tenants create': {
      const tenant = await createTenant(store, command)
      if (tenant === null) return problem(`There is a tenant ${command.id} already.`)
      await note(command.id, 'tenant.created', command.id)
      return done(
        tenant,
        `Tenant ${tenant.id} is there. Its first key: npx voicebox keys create --tenant ${tenant.id}\n`,
      )
    }
    case 'tenants list': {
      const tenants = await allTenants(store)
      return done(tenants, tenantTable(tenants))
    }
    case 'tenants suspend':
    case 'tenants resume': {
      const { id } = command
      const isSuspended = command.kind === 'tenants suspend'
      const tenant = await setSuspended(store, id, isSuspended)
      if (tenant === null) return noTenant(id)
      await note(id, isSuspended ? 'tenant.suspended' : 'tenant.resumed', id)
      const kind = isSuspended ? 'tenant_suspended' : 'tenant_resumed'
      const text = isSuspended ? `Tenant ${id} is suspended.\n` : `Tenant ${id} is not suspended any more.\n`
      return { ...done(tenant, text), change: { kind, tenantId: id } }
    }
    case 'keys create': {
      const { tenantId, name, scopes, expiresAt } = command
      const { key, ...kept } = newApiKey()
      const added = await addApiKey(store, { tenantId, name, scopes, expiresAt, ...kept })
      if (added === null) return noTenant(tenantId)
      await note(tenantId, 'key.created', added.id, { scopes, expiresAt })
      return done({ ...added, key }, `${key}\nThis key is shown this once: keep it. Its id is ${added.id}.\n`)
    }
    case 'keys list': {
      if ((await findTenant(store, command.tenantId)) === null) return noTenant(command.tenantId)
      const keys = await listApiKeys(store, command.tenantId)
      return done(keys, keyTable(keys, Date.now()))
    }
    case 'keys revoke': {
      const { tenantId, id } = command
      const revoked = await revokeApiKey(store, tenantId, id)
      if (revoked === null) return problem(`Tenant ${tenantId} has no key ${id}.`)
      await note(tenantId, 'key.revoked', id)
      const text = `Key ${id} opens nothing any more.\n`
      return { ...done(revoked, text), change: { kind: 'key_revoked', prefix: revoked.prefix } }
    }
    case 'audit list': {
      const { tenantId, limit, before } = command
      const records = await listAudit(store, tenantId ?? strangers, { limit, before })
      return done(records, auditTable(records))
    }
    default:
      return assertNever(command)
  }

  function note(
    tenantId: string,
    action: string,
    subject: string,
    details: Record<string, unknown> = {},
  ): Promise<void> {
    return appendAudit(store, [{ tenantId, action, actor: 'operator', subject, details }])
  }
}

async function allTenants(store: Store) {
  const all = await listTenants(store)
  for (let last = all.at(-1); last !== undefined;) {
    const page = await listTenants(store, { after: last.id })
    all.push(...page)
    last = page.at(-1)
  }
  return all
}

const done = (json: unknown, text: string): Performed => ({ outcome: { json, text }, change: null })
const problem = (text: string): Performed => ({ outcome: { problem: text }, change: null })
const noTenant = (id: string): Performed => problem(`There is no tenant ${id}: npx voicebox tenants create ${id}`)
