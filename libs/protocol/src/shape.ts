import type { z } from 'zod'

export type EachOptional<S extends z.ZodRawShape> = { [K in keyof S]: z.ZodExactOptional<Extract<S[K], z.ZodType>> }

/** The same fields, each of which may be left out (but not be undefined, which JSON cannot say). */
export function eachOptional<S extends Record<string, z.ZodType>>(shape: S): EachOptional<S> {
  return Object.fromEntries(
    Object.entries(shape).map(([key, schema]) => [key, schema.exactOptional()]),
  ) as EachOptional<S>
}
