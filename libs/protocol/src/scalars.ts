import { z } from 'zod'
import { maxLength } from './bounds.ts'

interface Range {
  min?: number
  max?: number
}

/** A whole number. Its complaints are marked `integer`, which zod's issues do not tell and the wire's codes do. */
export const integer = (range: Range = {}) => within(z.int('integer'), range, 'integer')

/** Any number; see `integer`. */
export const decimal = (range: Range = {}) => within(z.number(), range, 'decimal')

/** A string whose length is bounded, in UTF-16 units; half a surrogate pair in it becomes U+FFFD, as it would on its way. */
export const text = (maxLength: number) =>
  z
    .string()
    .max(maxLength)
    .overwrite((value) => value.toWellFormed())

/** An item's id as a client may choose it: whole characters, so that it names the same item everywhere. */
export const itemId = z
  .string()
  .min(1)
  .max(32)
  .refine((id) => id.isWellFormed(), 'Expected well-formed Unicode.')

/** The id of something that should be there; whatever it is, it is looked up. */
export const reference = text(maxLength.reference)

/** Token counts and milliseconds. */
export const count = integer({ min: 0 })

function within<S extends z.ZodNumber>(schema: S, { min, max }: Range, kind: string): S {
  const above = min === undefined ? schema : schema.min(min, kind)
  return max === undefined ? above : above.max(max, kind)
}
