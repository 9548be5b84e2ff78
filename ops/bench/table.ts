/** What was measured, for people and for programs. */
export interface Table {
  title: string
  columns: readonly string[]
  /** As many cells as columns; null: it could not be measured. */
  rows: readonly (readonly Cell[])[]
  /** What must be known to read it. */
  notes?: readonly string[]
}

export type Cell = string | number | null

export function asMarkdown({ title, columns, rows, notes = [] }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [
    `### ${title}`,
    '',
    line(columns),
    line(columns.map(() => '---')),
    ...rows.map((cells) => line(cells.map(shown))),
    ...(notes.length === 0 ? [] : ['', ...notes.map((note) => `- ${note}`)]),
  ].join('\n')
}

/** Three digits say all that such figures can. */
function shown(cell: Cell): string {
  if (cell === null || Number.isNaN(cell)) return '–'
  if (typeof cell === 'string') return cell
  if (Number.isInteger(cell) || Math.abs(cell) >= 100) return cell.toFixed(0)
  if (Math.abs(cell) >= 10) return cell.toFixed(1)
  return cell.toPrecision(Math.abs(cell) >= 1 ? 3 : 2)
}

/** The value that a part of the others is not above; null where there are none. */
export function percentile(values: readonly number[], part: number): number | null {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? null
}
