/** What a command asks the admin API. */
export interface Ask {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below the API's own. */
  path: string
  query?: Readonly<Record<string, string>>
  body?: unknown
  /** All pages, not one. */
  isWhole?: boolean
  /** It is answered by text, which is shown as it is. */
  isText?: boolean
  /** The answer for people. */
  words(answer: Answer): string
}

/** An answer's fields, as the API's document has them. */
export type Answer = Readonly<Record<string, unknown>>

/** What a list has. */
export const rowsOf = ({ data }: Answer): readonly Answer[] => data as readonly Answer[]

/** A field as text; `-` where there is none. */
export function field(answer: Answer, name: string): string {
  const value = answer[name] ?? null
  if (value === null) return '-'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
