// Quotas and settings have the names of the configuration; over the wire they have those of the API, in snake_case.

const wireName = (name: string): string => name.replaceAll(/[A-Z]+/g, (letters) => `_${letters.toLowerCase()}`)
const ownName = (name: string): string => name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** The same fields, by their names on the wire. */
export function toWire(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [wireName(name), value]))
}

/** The same fields, by our own names. */
export function fromWire(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [ownName(name), value]))
}
