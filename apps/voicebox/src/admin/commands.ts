import { field, type Ask } from './ask.ts'
import { readExpiry, readLimit, readName, readPairs, readScope, readTenant, type Values } from './values.ts'
import { auditTable, keyTable, laneTable, listing, sessionTable, tenantTable } from './words.ts'

interface Command {
  /** What it must be given a name of; `pairs`: any number of NAME=VALUE. */
  takes?: string | 'pairs'
  ask(given: { name: string; names: readonly string[]; tenant: string; values: Values; nowMs: number }): Ask
}

const below = (tenant: string, rest: string): string => `/tenants/${encodeURIComponent(tenant)}${rest}`
const done = (text: string) => (): string => `${text}\n`
const theTenant = 'the tenant'
const theKey = 'the key, by the id that keys list shows'
const theSession = 'the session'

/** Every command, by its words. */
export const commands: Readonly<Record<string, Command>> = {
  'tenants create': {
    takes: theTenant,
    ask({ name, values }) {
      const id = readTenant(name)
      const words = done(`Tenant ${id} is there. Its first key: npx voicebox keys create --tenant ${id}`)
      return { method: 'POST', path: '/tenants', body: { id, name: readName(values.name ?? id) }, words }
    },
  },
  'tenants list': { ask: () => ({ method: 'GET', path: '/tenants', isWhole: true, words: tenantTable }) },
  'tenants show': {
    takes: theTenant,
    ask: ({ name }) => ({ method: 'GET', path: below(readTenant(name), ''), words: listing }),
  },
  'tenants rename': {
    takes: theTenant,
    ask: ({ name: id, values }) => ({
      method: 'PATCH',
      path: below(readTenant(id), ''),
      body: { name: readName(values.name ?? '') },
      words: done(`Tenant ${id} is renamed.`),
    }),
  },
  'tenants suspend': {
    takes: theTenant,
    ask: ({ name }) => ({
      method: 'POST',
      path: below(readTenant(name), '/suspend'),
      words: done(`Tenant ${name} is suspended.`),
    }),
  },
  'tenants resume': {
    takes: theTenant,
    ask: ({ name }) => ({
      method: 'POST',
      path: below(readTenant(name), '/resume'),
      words: done(`Tenant ${name} is not suspended any more.`),
    }),
  },
  'keys create': {
    ask({ tenant, values, nowMs }) {
      const scopes = values.scope.map(readScope)
      const body = {
        name: readName(values.name ?? 'API key'),
        scopes: scopes.length === 0 ? ['realtime'] : scopes,
        expires_at: readExpiry(values.expires, nowMs),
      }
      return {
        method: 'POST',
        path: below(tenant, '/keys'),
        body,
        words: (key) => `${field(key, 'key')}\nThis key is shown this once: keep it. Its id is ${field(key, 'id')}.\n`,
      }
    },
  },
  'keys list': {
    ask: ({ tenant }) => ({ method: 'GET', path: below(tenant, '/keys'), isWhole: true, words: keyTable }),
  },
  'keys revoke': {
    takes: theKey,
    ask: ({ tenant, name }) => ({
      method: 'DELETE',
      path: below(tenant, `/keys/${encodeURIComponent(name)}`),
      words: done(`Key ${name} opens nothing any more.`),
    }),
  },
  'quotas show': { ask: ({ tenant }) => ({ method: 'GET', path: below(tenant, '/quotas'), words: listing }) },
  'quotas set': {
    takes: 'pairs',
    ask: ({ tenant, names }) => ({
      method: 'PATCH',
      path: below(tenant, '/quotas'),
      body: readPairs(names),
      words: listing,
    }),
  },
  'quotas clear': {
    ask: ({ tenant }) => ({ method: 'PUT', path: below(tenant, '/quotas'), body: {}, words: listing }),
  },
  'settings show': { ask: ({ tenant }) => ({ method: 'GET', path: below(tenant, '/settings'), words: listing }) },
  'settings set': {
    takes: 'pairs',
    ask: ({ tenant, names }) => ({
      method: 'PATCH',
      path: below(tenant, '/settings'),
      body: readPairs(names),
      words: listing,
    }),
  },
  'sessions list': {
    ask: ({ tenant }) => ({ method: 'GET', path: below(tenant, '/live-sessions'), isWhole: true, words: sessionTable }),
  },
  'sessions show': {
    takes: theSession,
    ask: ({ tenant, name }) => ({
      method: 'GET',
      path: below(tenant, `/live-sessions/${encodeURIComponent(name)}`),
      words: listing,
    }),
  },
  'sessions close': {
    takes: theSession,
    ask: ({ tenant, name }) => ({
      method: 'DELETE',
      path: below(tenant, `/live-sessions/${encodeURIComponent(name)}`),
      words: done(`Session ${name} has ended.`),
    }),
  },
  'lanes list': { ask: () => ({ method: 'GET', path: '/lanes', words: laneTable }) },
  'audit list': {
    ask({ tenant, values }) {
      const query = { limit: readLimit(values.limit), ...(values.after !== undefined && { after: values.after }) }
      const path = values.strangers ? '/audit/strangers' : below(tenant, '/audit')
      return { method: 'GET', path, query, words: auditTable }
    },
  },
}
