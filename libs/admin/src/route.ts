import { createRoute, type RouteConfig, z } from '@hono/zod-openapi'
import type { Operation } from './operation.ts'
import { problemSchema } from './problem.ts'

/** An operation as the document has it, and as its requests are checked. */
export function routeOf(operation: Operation): RouteConfig {
  const { id: operationId, tag, method, path, summary, description, access, params, query, body } = operation
  const headers = method === 'post' ? z.object({ 'idempotency-key': idempotencyKey }) : undefined
  return createRoute({
    operationId,
    tags: [tag],
    method,
    path,
    summary,
    ...(description !== undefined && { description }),
    security: rolesOf(access).map((role) => ({ apiKey: [role] })),
    request: {
      ...(params !== undefined && { params }),
      ...(query !== undefined && { query }),
      ...(headers !== undefined && { headers }),
      ...(body !== undefined && { body: { required: true, content: { 'application/json': { schema: body } } } }),
    },
    responses: {
      ...answersOf(operation),
      '4XX': { description: 'It was not done, and why.', content: problemContent },
      '5XX': { description: 'It could not be done.', content: problemContent },
    },
  })
}

function answersOf({ answer, status = 200, alsoAnswers }: Operation): RouteConfig['responses'] {
  if (answer === undefined) return { 204: { description: 'It was done.' } }
  const content = {
    'application/json': { schema: answer },
    ...(alsoAnswers !== undefined && { [alsoAnswers]: { schema: z.string() } }),
  }
  return { [status]: { description: 'It was done.', content } }
}

/** The scopes of which a key needs one. */
function rolesOf(access: Operation['access']): string[] {
  return access === 'platform' ? ['platform'] : ['admin', 'platform']
}

const problemContent = { 'application/problem+json': { schema: problemSchema } }
const idempotencyKey = z.string().min(1).max(255).optional().openapi({
  description:
    'Names the call: repeated within a day by the same key it is not done again, and is answered as before. A repeated call with another body is refused with 422, one that comes while the first is being done with 409.',
})
