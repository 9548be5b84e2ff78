import { z } from '@hono/zod-openapi'

/** Every problem that the API answers with, once: its HTTP status and what it is called. */
export const problems = {
  invalid_request: { status: 400, title: 'The request is not valid' },
  invalid_json: { status: 400, title: 'The body is not JSON' },
  invalid_api_key: { status: 401, title: 'No valid API key was given' },
  insufficient_permissions: { status: 403, title: 'The key may not do this' },
  not_found: { status: 404, title: 'There is no such thing' },
  method_not_allowed: { status: 405, title: 'The method is not allowed here' },
  conflict: { status: 409, title: 'It contradicts what is there' },
  call_in_progress: { status: 409, title: 'The same call is being done' },
  body_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The body is of another type' },
  idempotency_key_reused: { status: 422, title: 'The idempotency key was used for another call' },
  rate_limit_exceeded: { status: 429, title: 'Too many requests' },
  internal_error: { status: 500, title: 'The server had an error' },
  service_unavailable: { status: 503, title: 'The service is not available at the moment' },
} as const
export type ProblemCode = keyof typeof problems

export const problemSchema = z
  .object({
    type: z.string().openapi({ description: 'Where the problem is described.', example: '/v1/admin/docs#not_found' }),
    title: z.string(),
    status: z.int(),
    code: z.string().openapi({ description: 'The problem for programs.', example: 'not_found' }),
    detail: z.string(),
    instance: z.string().openapi({ description: 'The id of the request, as in `x-request-id`.' }),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .openapi({ description: 'What is wrong, each by its place: `body.name`, `query.limit`, `path.tenant`.' }),
  })
  .openapi('Problem', { description: 'What went wrong, as RFC 9457 has it.' })

/** What is wrong with one part of a request. */
export interface Fault {
  path: string
  message: string
}

/** Why something was not done: a value, which the API answers with. */
export class Problem {
  readonly code: ProblemCode
  readonly detail: string
  readonly errors: readonly Fault[]

  constructor(code: ProblemCode, detail: string, errors: readonly Fault[] = []) {
    this.code = code
    this.detail = detail
    this.errors = errors
  }
}

/** A problem as it goes over the wire. */
export function problemResponse(
  { code, detail, errors }: Problem,
  instance: string,
  headers: Record<string, string> = {},
): Response {
  const { status, title } = problems[code]
  const shown = { type: `/v1/admin/docs#${code}`, title, status, code, detail, instance }
  const body: z.infer<typeof problemSchema> = errors.length === 0 ? shown : { ...shown, errors: [...errors] }
  return Response.json(body, { status, headers: { ...headers, 'content-type': 'application/problem+json' } })
}
