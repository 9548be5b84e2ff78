import { field } from './ask.ts'
import { below, type Commands, done } from './command.ts'
import { historyCommands } from './history-commands.ts'
import { operationCommands } from './operation-commands.ts'
import { tenantOwnCommands } from './own-commands.ts'
import { readExpiry, readName, readScope, readTenant } from './values.ts'
import { keyTable, listing, tenantTable } from './words.ts'

const theTenant = 'the tenant'
const theKey = 'the key, by the id that keys list shows'

/** Every command, by its words. */
export const commands: Commands = {
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
  ...tenantOwnCommands,
  ...historyCommands,
  ...operationCommands,
}
