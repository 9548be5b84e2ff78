import type { z } from '@hono/zod-openapi'
import type { Caller } from './caller.ts'
import type { Problem } from './problem.ts'
import type { AdminServices } from './services.ts'
import type { TagName } from './tags.ts'

/** Who may: `platform` admins, those and the admins of the `tenant` that the path names, or `any` admin. */
export type Access = 'platform' | 'tenant' | 'any'

/** What an operation is asked. */
export interface Asked<P, Q, B> {
  params: P
  query: Q
  body: B
  caller: Caller
  services: AdminServices
  /** Whether the client would rather have text than JSON, by its header `Accept`. */
  accepts(mediaType: string): boolean
}

type Shape = z.ZodObject | undefined
type Output<S> = S extends z.ZodType ? z.output<S> : undefined

/** One operation of the API, once: its document, its checks and what it does all follow from this. */
export interface OperationOf<
  P extends Shape = Shape,
  Q extends Shape = Shape,
  B extends z.ZodType | undefined = z.ZodType | undefined,
  A extends z.ZodType | undefined = z.ZodType | undefined,
> {
  /** Of the document: what clients call it. */
  id: string
  tag: TagName
  method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** Below the API's own, such as `/tenants/{tenant}`. */
  path: `/${string}`
  access: Access
  summary: string
  description?: string
  params?: P
  query?: Q
  body?: B
  /** What it answers with. Absent: 204, nothing. */
  answer?: A
  /** Absent: 200. */
  status?: 200 | 201 | 202
  /** It answers with this type too, in place of JSON. */
  alsoAnswers?: 'text/csv'
  perform(
    asked: Asked<Output<P>, Output<Q>, Output<B>>,
  ): Promise<Problem | Response | (A extends z.ZodType ? z.input<A> : undefined)>
}

/** An operation whose types were checked where it was defined. */
export type Operation = Omit<OperationOf, 'perform'> & {
  perform(asked: Asked<unknown, unknown, unknown>): Promise<unknown>
}

/** Checks the types of an operation. */
export function operation<
  P extends Shape = undefined,
  Q extends Shape = undefined,
  B extends z.ZodType | undefined = undefined,
  A extends z.ZodType | undefined = undefined,
>(definition: OperationOf<P, Q, B, A>): Operation {
  return definition
}
