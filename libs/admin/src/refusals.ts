import type { Hook } from '@hono/zod-openapi'
import { type FailureKind, failureRules, type Log, messageFor, toFailure } from '@voicebox/kernel'
import { HTTPException } from 'hono/http-exception'
import type { AdminEnvironment } from './environment.ts'
import { Problem, type ProblemCode, problemResponse } from './problem.ts'

/** Says what of a request is wrong, each by its place. */
export const answerFaults: Hook<unknown, AdminEnvironment, string, Response | undefined> = (result, context) => {
  if (result.success) return undefined
  const errors = result.error.issues.slice(0, maxFaults).map(({ path, message }) => ({
    path: [parts[result.target] ?? result.target, ...path].join('.'),
    message,
  }))
  const [first] = errors
  const detail = first === undefined ? 'It is not valid.' : `${first.path}: ${first.message}`
  return problemResponse(new Problem('invalid_request', detail, errors), context.var.requestId)
}

/** Answers for what was thrown, and logs it; what is not the client's fault is not told to it. */
export function answerFailure(
  thrown: unknown,
  { requestId, log, path }: { requestId: string; log: Log; path: string },
): Response {
  if (thrown instanceof HTTPException) {
    const code = thrown.status === 415 ? 'unsupported_media_type' : 'invalid_json'
    return problemResponse(new Problem(code, details[code]), requestId)
  }
  const failure = toFailure(thrown)
  log[failureRules[failure.kind].logLevel]({ error: failure, requestId, path }, 'An admin request failed')
  const detail = messageFor(failure, `Ask the log for ${requestId}.`)
  return problemResponse(new Problem(codes[failure.kind], detail), requestId)
}

const parts: Record<string, string> = { json: 'body', param: 'path' }
const maxFaults = 50
const details = {
  invalid_json: 'The body is no JSON value.',
  unsupported_media_type: 'The body must be JSON, with the header Content-Type: application/json.',
} as const
const codes = {
  client: 'invalid_request',
  capacity: 'rate_limit_exceeded',
  engine: 'service_unavailable',
  dependency: 'service_unavailable',
  bug: 'internal_error',
} as const satisfies Record<FailureKind, ProblemCode>
