import { below, type Commands, done } from './command.ts'
import { readLimit, readQuery } from './values.ts'
import { auditTable, choreTable, laneTable, letterTable, listing, sessionTable, turnTable } from './words.ts'

const theSession = 'the session'
const theLane = 'the lane'
const theLetter = 'the dead letter'
const theChore = 'the chore'

/** What goes on now, and what happened. */
export const operationCommands: Commands = {
  'sessions list': {
    ask: ({ tenant }) => ({ method: 'GET', path: below(tenant, '/live-sessions'), isWhole: true, words: sessionTable }),
  },
  'sessions show': {
    takes: theSession,
    ask: ({ tenant, name }) => ({ method: 'GET', path: below(tenant, '/live-sessions', name), words: listing }),
  },
  'sessions turns': {
    takes: theSession,
    ask: ({ tenant, name }) => ({
      method: 'GET',
      path: `${below(tenant, '/live-sessions', name)}/turns`,
      words: turnTable,
    }),
  },
  'sessions close': {
    takes: theSession,
    ask: ({ tenant, name }) => ({
      method: 'DELETE',
      path: below(tenant, '/live-sessions', name),
      words: done(`Session ${name} has ended.`),
    }),
  },
  'lanes list': { ask: () => ({ method: 'GET', path: '/lanes', words: laneTable }) },
  'lanes letters': {
    takes: theLane,
    ask: ({ name }) => ({ method: 'GET', path: lettersOf(name), isWhole: true, words: letterTable }),
  },
  'lanes letter': {
    takes: [theLane, theLetter],
    ask: ({ name, second }) => ({ method: 'GET', path: letterPath(name, second), words: listing }),
  },
  'lanes retry': {
    takes: [theLane, theLetter],
    ask: ({ name, second }) => ({
      method: 'POST',
      path: `${letterPath(name, second)}/retry`,
      words: done('The job is on its lane again.'),
    }),
  },
  'lanes drop': {
    takes: [theLane, theLetter],
    ask: ({ name, second }) => ({
      method: 'DELETE',
      path: letterPath(name, second),
      words: done('The dead letter is thrown away.'),
    }),
  },
  'chores list': {
    ask: ({ tenant, values }) => ({
      method: 'GET',
      path: values.all ? '/chores' : below(tenant, '/chores'),
      query: { limit: readLimit(values.limit), ...readQuery(values, ['kind', 'state', 'after']) },
      words: choreTable,
    }),
  },
  'chores show': {
    takes: theChore,
    ask: ({ tenant, name, values }) => ({ method: 'GET', path: chorePath(tenant, name, values.all), words: listing }),
  },
  'chores retry': {
    takes: theChore,
    ask: ({ tenant, name, values }) => ({
      method: 'POST',
      path: `${chorePath(tenant, name, values.all)}/retry`,
      words: done('A housekeeper does it now.'),
    }),
  },
  'chores drop': {
    takes: theChore,
    ask: ({ tenant, name, values }) => ({
      method: 'DELETE',
      path: chorePath(tenant, name, values.all),
      words: done('The chore is thrown away.'),
    }),
  },
  'audit list': {
    ask({ tenant, values }) {
      const query = { limit: readLimit(values.limit), ...(values.after !== undefined && { after: values.after }) }
      const path = values.strangers ? '/audit/strangers' : below(tenant, '/audit')
      return { method: 'GET', path, query, words: auditTable }
    },
  },
}

const lettersOf = (lane: string): string => `/lanes/${encodeURIComponent(lane)}/dead-letters`
const letterPath = (lane: string, letter: string): string => `${lettersOf(lane)}/${encodeURIComponent(letter)}`
const chorePath = (tenant: string, chore: string, isAnybodys: boolean): string =>
  isAnybodys ? `/chores/${encodeURIComponent(chore)}` : below(tenant, '/chores', chore)
