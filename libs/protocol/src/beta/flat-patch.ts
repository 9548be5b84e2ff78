import type { z } from 'zod'
import { type Fault, issueToFault } from '../issue-to-error.ts'

export type FlatPatch<P> = { ok: true; patch: P } | { ok: false; fault: Fault }

export function readFlat<P>(schema: z.ZodType<P>, flat: unknown, base: readonly PropertyKey[]): FlatPatch<P> {
  const result = schema.safeParse(flat, { reportInput: true })
  return result.success
    ? { ok: true, patch: result.data }
    : { ok: false, fault: issueToFault(result.error.issues[0], base) }
}
