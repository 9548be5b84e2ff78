import { field } from './ask.ts'
import { below, type Commands } from './command.ts'
import { readLimit, readQuery } from './values.ts'
import { foundTable, historyTable, itemTable, responseTable, totalsTable, usageTable } from './words-of-history.ts'
import { listing } from './words.ts'

const theSession = 'the session'
const theItem = 'the item'
const theChore = (chore: Parameters<typeof field>[0]): string =>
  `A housekeeper deletes it: npx voicebox chores show ${field(chore, 'id')}\n`

/** What was said, and what it took. */
export const historyCommands: Commands = {
  'history sessions': {
    ask: ({ tenant, values }) => ({
      method: 'GET',
      path: below(tenant, '/sessions'),
      query: { limit: readLimit(values.limit), ...readQuery(values, ['state', 'model', 'from', 'to', 'after']) },
      words: historyTable,
    }),
  },
  'history show': {
    takes: theSession,
    ask: ({ tenant, name }) => ({ method: 'GET', path: below(tenant, '/sessions', name), words: listing }),
  },
  'history items': {
    takes: theSession,
    ask: ({ tenant, name, values }) => ({
      method: 'GET',
      path: `${below(tenant, '/sessions', name)}/items`,
      query: {
        limit: readLimit(values.limit),
        order: values.oldest ? 'oldest' : 'newest',
        ...readQuery(values, ['after']),
      },
      words: itemTable,
    }),
  },
  'history item': {
    takes: [theSession, theItem],
    ask: ({ tenant, name, second }) => ({ method: 'GET', path: itemPath(tenant, name, second), words: listing }),
  },
  'history responses': {
    takes: theSession,
    ask: ({ tenant, name, values }) => ({
      method: 'GET',
      path: `${below(tenant, '/sessions', name)}/responses`,
      query: { limit: readLimit(values.limit), ...readQuery(values, ['after']) },
      words: responseTable,
    }),
  },
  'history search': {
    takes: 'what was said',
    ask: ({ tenant, name: text, values }) => ({
      method: 'GET',
      path: below(tenant, '/items'),
      query: { text, limit: readLimit(values.limit), ...readQuery(values, ['session', 'from', 'to', 'after']) },
      words: foundTable,
    }),
  },
  'history delete-item': {
    takes: [theSession, theItem],
    ask: ({ tenant, name, second }) => ({ method: 'DELETE', path: itemPath(tenant, name, second), words: theChore }),
  },
  'history delete': {
    takes: theSession,
    ask: ({ tenant, name }) => ({ method: 'DELETE', path: below(tenant, '/sessions', name), words: theChore }),
  },
  'history delete-all': {
    ask: ({ tenant }) => ({ method: 'DELETE', path: below(tenant, '/sessions'), words: theChore }),
  },
  'usage days': {
    ask: ({ tenant, values }) => ({
      method: 'GET',
      path: below(tenant, '/usage'),
      query: { ...readQuery(values, ['from', 'to']), format: values.csv ? 'csv' : 'json' },
      isText: values.csv,
      words: usageTable,
    }),
  },
  'usage totals': {
    ask: ({ tenant, values }) => ({
      method: 'GET',
      path: below(tenant, '/usage/totals'),
      query: { ...readQuery(values, ['from', 'to']), format: values.csv ? 'csv' : 'json' },
      isText: values.csv,
      words: totalsTable,
    }),
  },
}

const itemPath = (tenant: string, session: string, item: string): string =>
  `${below(tenant, '/sessions', session)}/items/${encodeURIComponent(item)}`
