/** Longest piece of the client's own text that an error repeats. */
const maxQuoted = 100

export const quoted = (value: string): string => `'${clipped(value)}'`

export const clipped = (value: string): string =>
  (value.length > maxQuoted ? `${value.slice(0, maxQuoted)}…` : value).toWellFormed()

/** `item.content[0].text` */
export function pathText(path: readonly PropertyKey[]): string {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${clipped(String(step))}`))
  return steps.join('').replace(/^\./, '')
}

export function supportedValues(values: readonly unknown[]): string {
  const names = values.map((value) => (typeof value === 'string' ? quoted(value) : String(value)))
  const last = names.at(-1) ?? ''
  if (names.length < 2) return `Supported values are: ${last}.`
  return `Supported values are: ${names.slice(0, -1).join(', ')}${names.length > 2 ? ',' : ''} and ${last}.`
}

/** What kind of JSON a value is, with its article. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'an integer' : 'a decimal number'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
