import { type Answer, field, rowsOf } from './ask.ts'
import { columnTable, table, time } from './table.ts'

export const tenantTable = (answer: Answer): string =>
  table(
    ['tenant', 'state', 'since', 'name'],
    rowsOf(answer).map((one) => [
      field(one, 'id'),
      one.suspended_at === null ? 'active' : `suspended ${time(one, 'suspended_at')}`,
      time(one, 'created_at'),
      field(one, 'name'),
    ]),
  )

export const keyTable = (answer: Answer): string =>
  table(
    ['key', 'begins with', 'state', 'scopes', 'expires', 'last used', 'name'],
    rowsOf(answer).map((one) => [
      field(one, 'id'),
      `${field(one, 'prefix')}…`,
      field(one, 'status'),
      (one.scopes as string[]).join(','),
      time(one, 'expires_at'),
      time(one, 'last_used_at'),
      field(one, 'name'),
    ]),
    'There are no keys.\n',
  )

export const auditTable = (answer: Answer): string =>
  table(
    ['entry', 'at', 'what', 'who', 'to what', 'details'],
    rowsOf(answer).map((one) => [
      field(one, 'id'),
      time(one, 'at'),
      ...['action', 'actor', 'subject', 'details'].map((name) => field(one, name)),
    ]),
    'Nothing happened.\n',
  )

export const sessionTable = (answer: Answer): string =>
  table(
    ['session', 'model', 'items', 'opened', 'alive until', 'gateway'],
    rowsOf(answer).map((one) => [
      ...['id', 'model', 'items'].map((name) => field(one, name)),
      time(one, 'opened_at'),
      time(one, 'alive_until'),
      field(one, 'gateway'),
    ]),
    'No session is open.\n',
  )

export const laneTable = columnTable(
  ['name', 'waiting', 'overflow', 'oldest_ms', 'working', 'retrying', 'workers', 'dead'],
  'No lane was used so far.\n',
)
export const letterTable = columnTable(
  ['id', 'kind', 'tenant_id', 'session_id', 'attempts', 'died_at', 'cause'],
  'There are no dead letters.\n',
)
export const choreTable = columnTable(
  ['id', 'state', 'attempts', 'added_at', 'due_at', 'about', 'cause'],
  'There are no such chores.\n',
)
export const webhookTable = columnTable(['id', 'url', 'events'], 'There are no webhooks.\n')
export const providerKeyTable = columnTable(['provider', 'last_four', 'created_at'], 'There are no provider keys.\n')

export const turnTable = (answer: Answer): string =>
  table(
    ['began', 'cause', 'status', 'first ms', 'total ms', 'stages'],
    rowsOf(answer).map((one) => [
      time(one, 'started_at'),
      ...['cause', 'status', 'first_ms', 'total_ms'].map((name) => field(one, name)),
      (one.stages as Answer[]).map((stage) => `${field(stage, 'name')} ${field(stage, 'ms')}`).join(', '),
    ]),
    'No turn is over.\n',
  )

/** One thing, a field a line. */
export const listing = (answer: Answer): string =>
  table(
    ['field', 'value'],
    Object.keys(answer).map((name) => [name, field(answer, name)]),
  )
