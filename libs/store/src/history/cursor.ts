import { Failure } from '@voicebox/kernel'

/** What a place in a list consists of, as text. */
const forms = {
  time: (text: string) =>
    /^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text) && !Number.isNaN(Date.parse(text)), // Postgres knows no year 0
  number: (text: string) => /^-?\d{1,18}$/.test(text),
  id: (text: string) => text.length <= 1_000 && !text.includes('\0') && text.isWellFormed(),
} as const

export type CursorForm = readonly (keyof typeof forms)[]

/** Names a place in a list, for whoever goes on from there; it says nothing that the list did not. */
export function writeCursor(list: string, place: readonly string[]): string {
  return Buffer.from(JSON.stringify([list, ...place])).toString('base64url')
}

/** The place that a cursor names, null where there is none. Throws `Failure('client', 'invalid_cursor')` for one that this list did not give. */
export function readCursor<const F extends CursorForm>(
  list: string,
  form: F,
  cursor: string | null | undefined,
): { [K in keyof F]: string } | null {
  if (cursor === null || cursor === undefined) return null
  const [name, ...place] = parse(cursor)
  const isRight = name === list && place.length === form.length
  if (!isRight || !form.every((kind, index) => forms[kind](place[index] ?? '')))
    throw new Failure('client', 'invalid_cursor', 'The cursor is not one of this list')
  return place as unknown as { [K in keyof F]: string }
}

function parse(cursor: string): string[] {
  try {
    const read: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    return Array.isArray(read) && read.every((part) => typeof part === 'string') ? read : []
  } catch {
    return []
  }
}
