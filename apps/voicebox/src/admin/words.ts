import { type Answer, field, rowsOf } from './ask.ts'

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

export const laneTable = (answer: Answer): string => {
  const columns = ['name', 'waiting', 'overflow', 'oldest_ms', 'working', 'retrying', 'workers', 'dead']
  return table(
    columns,
    rowsOf(answer).map((one) => columns.map((name) => field(one, name))),
    'No lane was used so far.\n',
  )
}

/** One thing, a field a line. */
export const listing = (answer: Answer): string =>
  table(
    ['field', 'value'],
    Object.keys(answer).map((name) => [name, field(answer, name)]),
  )

const time = (answer: Answer, name: string): string => field(answer, name).replace(/\.\d+Z$/, 'Z')

function table(head: readonly string[], rows: readonly (readonly string[])[], none?: string): string {
  if (rows.length === 0 && none !== undefined) return none
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  return `${all.map(line).join('\n')}\n`
}
