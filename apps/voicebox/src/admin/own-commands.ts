import { readFileSync } from 'node:fs'
import { field } from './ask.ts'
import { below, type Commands, done } from './command.ts'
import { readPairs } from './values.ts'
import { listing, providerKeyTable, webhookTable } from './words.ts'

const theWebhook = 'the webhook'
const theProvider = 'the provider, as VOICEBOX_LLM_PROVIDERS names it'

/** What a tenant has of its own: quotas, settings, webhooks and keys for language providers. */
export const tenantOwnCommands: Commands = {
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
  'webhooks list': { ask: ({ tenant }) => ({ method: 'GET', path: below(tenant, '/webhooks'), words: webhookTable }) },
  'webhooks create': {
    takes: 'the address that is told, which begins with https://',
    ask: ({ tenant, name: url, values: { event } }) => ({
      method: 'POST',
      path: below(tenant, '/webhooks'),
      body: { url, events: event.length === 0 ? ['session.ended', 'quota.reached'] : event },
      words: (hook) =>
        `${field(hook, 'secret')}\nIt signs what is sent, and is shown this once: keep it. The webhook is ${field(hook, 'id')}.\n`,
    }),
  },
  'webhooks delete': {
    takes: theWebhook,
    ask: ({ tenant, name }) => ({
      method: 'DELETE',
      path: below(tenant, '/webhooks', name),
      words: done(`Webhook ${name} is told nothing any more.`),
    }),
  },
  'provider-keys list': {
    ask: ({ tenant }) => ({ method: 'GET', path: below(tenant, '/provider-keys'), words: providerKeyTable }),
  },
  'provider-keys set': {
    takes: [theProvider, 'the file that has the key; - for standard input'],
    ask: ({ tenant, name, second }) => ({
      method: 'PUT',
      path: below(tenant, '/provider-keys', name),
      body: { key: readFileSync(second === '-' ? 0 : second, 'utf8').trim() },
      words: done(`Tenant ${tenant} asks ${name} with a key of its own.`),
    }),
  },
  'provider-keys delete': {
    takes: theProvider,
    ask: ({ tenant, name }) => ({
      method: 'DELETE',
      path: below(tenant, '/provider-keys', name),
      words: done(`The key for ${name} is forgotten.`),
    }),
  },
}
