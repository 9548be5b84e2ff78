import { Unmet } from './unmet.ts'

const test = Symbol('test')

/** A rule about one value, and how to say it. */
export interface Rule {
  readonly [test]: (value: unknown) => boolean
  readonly says: string
}

/**
 * What a value shall look like: of an object, the named fields at least; of a list, these entries and no others; anything
 * else, exactly this; a `Rule`, whatever it says.
 */
export type Shape = Rule | string | number | boolean | null | readonly Shape[] | { readonly [field: string]: Shape }

export interface Difference {
  path: string
  expected: string
  came: string
}

export function makeRule(says: string, holds: (value: unknown) => boolean): Rule {
  return { says, [test]: holds }
}

/** The first place where a value is not of the shape, or null. */
export function difference(value: unknown, shape: Shape, path = ''): Difference | null {
  if (isRule(shape)) return shape[test](value) ? null : unlike(value, shape.says, path)
  if (Array.isArray(shape)) return listDifference(value, shape as readonly Shape[], path)
  if (typeof shape !== 'object' || shape === null) {
    return value === shape ? null : unlike(value, JSON.stringify(shape), path)
  }
  if (!isObject(value)) return unlike(value, 'an object', path)
  for (const [field, wanted] of Object.entries(shape)) {
    const found = difference(value[field], wanted, path === '' ? field : `${path}.${field}`)
    if (found !== null) return found
  }
  return null
}

/** Throws `Unmet` unless the value has the shape; `subject` names the value. */
export function expectShape(subject: string, value: unknown, shape: Shape): void {
  const found = difference(value, shape)
  if (found === null) return
  const place = found.path === '' ? subject : `${subject}: ${found.path}`
  throw new Unmet(`${place} to be ${found.expected}`, found.came)
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A value in few words, as a report shows it. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing (absent)'
  const text = JSON.stringify(value)
  return text.length > 200 ? `${text.slice(0, 200)}… (${text.length} characters)` : text
}

/** A shape in words. */
export function saying(shape: Shape): string {
  if (isRule(shape)) return shape.says
  if (Array.isArray(shape)) return `[${(shape as readonly Shape[]).map(saying).join(', ')}]`
  if (typeof shape !== 'object' || shape === null) return JSON.stringify(shape)
  return Object.entries(shape)
    .map(([field, wanted]) => `${field}${isPlain(wanted) ? '.' : ' '}${saying(wanted)}`)
    .join(', ')
}

function listDifference(value: unknown, shape: readonly Shape[], path: string): Difference | null {
  if (!Array.isArray(value)) return unlike(value, 'a list', path)
  if (value.length !== shape.length) return unlike(value, `a list of ${shape.length}`, path)
  for (const [index, wanted] of shape.entries()) {
    const found = difference(value[index], wanted, `${path}[${index}]`)
    if (found !== null) return found
  }
  return null
}

const unlike = (value: unknown, expected: string, path: string): Difference => ({ path, expected, came: shown(value) })
const isPlain = (shape: Shape): boolean => !isRule(shape) && !Array.isArray(shape) && isObject(shape)
const isRule = (shape: unknown): shape is Rule => typeof shape === 'object' && shape !== null && test in shape
