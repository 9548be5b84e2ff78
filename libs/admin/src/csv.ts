/** A table for spreadsheets, as RFC 4180 has it, with the names of its columns in the first line. */
export function csv<C extends string>(
  columns: readonly C[],
  rows: readonly Readonly<Record<C, string | number>>[],
): Response {
  const lines = [columns, ...rows.map((row) => columns.map((column) => cell(row[column])))]
  return new Response(lines.map((line) => `${line.join(',')}\r\n`).join(''), {
    headers: { 'content-type': 'text/csv; charset=utf-8; header=present' },
  })
}

function cell(value: string | number): string {
  const text = String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
