import { type RawBuilder, sql } from 'kysely'

/** What is known of one thing, by the fact of the greatest number. */
interface Numbered {
  number: number
  created_at: Date
}

/** One row for each thing that facts are about, in the order of their keys: as it is after all of them, made when the first was. */
export function newestByKey<Row extends Numbered>(rows: readonly Row[], keyOf: (row: Row) => string): Row[] {
  const byKey = new Map<string, Row>()
  for (const row of rows) {
    const known = byKey.get(keyOf(row))
    if (known === undefined) byKey.set(keyOf(row), row)
    else {
      const newest = row.number > known.number ? row : known
      const created_at = row.created_at < known.created_at ? row.created_at : known.created_at
      byKey.set(keyOf(row), { ...newest, created_at })
    }
  }
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
}

/** The same between rows of a table and those that would be put in: the end of an `insert` with such a conflict. */
export function keepNewest(table: string, columns: readonly string[]): RawBuilder<unknown> {
  const own = (column: string): RawBuilder<unknown> => sql.ref(`${table}.${column}`)
  const put = (column: string): RawBuilder<unknown> => sql.ref(`excluded.${column}`)
  const isNewer = sql`${put('number')} > ${own('number')}`
  const sets = ['number', ...columns].map(
    (column) => sql`${sql.ref(column)} = case when ${isNewer} then ${put(column)} else ${own(column)} end`,
  )
  return sql`do update set ${sql.join(sets)}, created_at = least(${own('created_at')}, ${put('created_at')})
    where ${isNewer} or ${put('created_at')} < ${own('created_at')}`
}
