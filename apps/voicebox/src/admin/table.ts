import { type Answer, field, rowsOf } from './ask.ts'

export const time = (answer: Answer, name: string): string => field(answer, name).replace(/\.\d+Z$/, 'Z')

/** A table of fields as they are. `none`: what is said where there is nothing. */
export function columnTable(columns: readonly string[], none: string): (answer: Answer) => string {
  return (answer) =>
    table(
      columns,
      rowsOf(answer).map((one) => columns.map((name) => (name.endsWith('_at') ? time(one, name) : field(one, name)))),
      none,
    )
}

export function table(head: readonly string[], rows: readonly (readonly string[])[], none?: string): string {
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
