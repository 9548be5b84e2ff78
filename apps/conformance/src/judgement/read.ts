import { isObject, shown } from './shape.ts'
import { Unmet } from './unmet.ts'

/** What stands at a dotted path (`response.output.0.id`), or undefined. */
export function read(value: unknown, path: string): unknown {
  let at = value
  for (const step of path.split('.')) {
    if (Array.isArray(at)) at = at[Number(step)]
    else if (isObject(at)) at = at[step]
    else return undefined
  }
  return at
}

/** The text at a path; throws `Unmet` where there is none. */
export function readText(value: unknown, path: string): string {
  const found = read(value, path)
  if (typeof found !== 'string') throw new Unmet(`${named(value)}${path} to be text`, shown(found))
  return found
}

export function readNumber(value: unknown, path: string): number {
  const found = read(value, path)
  if (typeof found !== 'number') throw new Unmet(`${named(value)}${path} to be a number`, shown(found))
  return found
}

export function readList(value: unknown, path: string): readonly unknown[] {
  const found = read(value, path)
  if (!Array.isArray(found)) throw new Unmet(`${named(value)}${path} to be a list`, shown(found))
  return found
}

/** What the text at a path says as JSON; throws `Unmet` where it is none. */
export function readJson(value: unknown, path: string): unknown {
  const text = readText(value, path)
  try {
    return JSON.parse(text)
  } catch {
    throw new Unmet(`${named(value)}${path} to be JSON`, shown(text))
  }
}

const named = (value: unknown): string =>
  isObject(value) && typeof value['type'] === 'string' ? `${value['type']}: ` : ''
