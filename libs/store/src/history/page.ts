/** Some of a list, in its order. */
export interface Page<T> {
  entries: T[]
  /** Where the next page begins; null: there is none. */
  next: string | null
}

export interface PageOptions {
  /** The `next` of the page before it. */
  cursor?: string | null | undefined
  /** At most, 1 to 1000; 100 unless said. */
  limit?: number | undefined
}

/** How many entries a page has at most. */
export function pageSize({ limit = 100 }: PageOptions): number {
  return Math.max(1, Math.min(1_000, Math.trunc(limit) || 1))
}

/** Makes a page of rows, of which one more was asked for than it has. */
export function pageOf<Row, T>(
  rows: readonly Row[],
  size: number,
  entryOf: (row: Row) => T,
  cursorOf: (row: Row) => string,
): Page<T> {
  const last = rows.length > size ? rows[size - 1] : undefined
  return { entries: rows.slice(0, size).map(entryOf), next: last === undefined ? null : cursorOf(last) }
}
