import { Failure } from '@voicebox/kernel'
import type { z } from 'zod'

/** Reads what was stored as JSON. Another version may have written it: what cannot be read is a `Failure` of kind `dependency` that names the path. */
export function readStored<S extends z.ZodType>(schema: S, stored: unknown, what: string): z.output<S> {
  const read = schema.safeParse(stored)
  if (read.success) return read.data
  const places = read.error.issues.map(({ path }) => [what, ...path].join('.')).join(', ')
  throw new Failure('dependency', 'unreadable', `What is stored cannot be read: ${places}`)
}
