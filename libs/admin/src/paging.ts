import { z } from '@hono/zod-openapi'

/** How a page is asked for. `cursor` is what `next` of the page before may look like. */
export const pageQuery = (cursor: z.ZodType<string>) =>
  z.object({
    limit: z.coerce
      .number()
      .int()
      .min(1)
      .max(100)
      .default(20)
      .openapi({ type: 'integer', minimum: 1, maximum: 100, default: 20, description: 'How many at most.' }),
    after: cursor.optional().openapi({ description: '`next` of the page before.' }),
  })

export const pageOf = <S extends z.ZodType>(name: string, one: S) =>
  z
    .object({
      object: z.literal('list'),
      data: z.array(one),
      has_more: z.boolean(),
      next: z.string().nullable().openapi({ description: '`after` of the next page; null: this was the last.' }),
    })
    .openapi(name)

/** Makes a page of what was found, which is one more than the limit where there is another page. */
export function page<T, S>(
  found: readonly T[],
  limit: number,
  { show, cursor }: { show(one: T): S; cursor(one: T): string },
): { object: 'list'; data: S[]; has_more: boolean; next: string | null } {
  const shown = found.slice(0, limit)
  const last = shown.at(-1)
  const hasMore = found.length > limit
  return {
    object: 'list',
    data: shown.map(show),
    has_more: hasMore,
    next: hasMore && last !== undefined ? cursor(last) : null,
  }
}

/** A cursor that the list itself makes, and checks. */
export const cursorOfList = z
  .string()
  .min(1)
  .max(6_000)
  .regex(/^[\w-]+$/, 'expected `next` of a page of this list')

/** The page that a list has made by itself. */
export function pageFrom<T, S>(
  { entries, next }: { entries: readonly T[]; next: string | null },
  show: (one: T) => S,
): { object: 'list'; data: S[]; has_more: boolean; next: string | null } {
  return { object: 'list', data: entries.map(show), has_more: next !== null, next }
}
