import { type FailureKind, failureRules, type Log, messageFor, toFailure } from '@voicebox/kernel'
import type { RestError } from '@voicebox/protocol'
import type { Context } from 'hono'

type Status = 400 | 401 | 403 | 404 | 405 | 415 | 426 | 429 | 500 | 503
type Refusal = Pick<RestError['error'], 'code' | 'message'> & { param?: string | null }

/** Answers with an error in the shape of OpenAI's API. */
export function refuse(context: Context, status: Status, { code, message, param = null }: Refusal): Response {
  return context.json({ error: { message, type: typeOf(status), param, code } } satisfies RestError, status)
}

/** Answers for what was thrown, and logs it; what is not the client's fault is not told to it. */
export function refuseFailure(context: Context, thrown: unknown, log: Log): Response {
  const failure = toFailure(thrown)
  const { kind, code } = failure
  log[failureRules[kind].logLevel](
    { error: failure, method: context.req.method, path: context.req.path },
    'A request failed',
  )
  const status = statuses[kind]
  const isOurs = status === 500
  return refuse(context, status, {
    code: failureRules[kind].exposed ? code : isOurs ? 'internal_error' : 'service_unavailable',
    message: messageFor(failure, isOurs ? 'The server had an error.' : 'The service is not available at the moment.'),
  })
}

/** The path of the API stands here, with another method. */
export function refuseMethod(allowed: string): (context: Context) => Response {
  return (context) => {
    context.header('Allow', allowed)
    const message = `Not allowed to ${context.req.method} on ${context.req.path}. (HINT: allowed are ${allowed}.)`
    return refuse(context, 405, { code: 'method_not_allowed', message })
  }
}

const statuses = {
  client: 400,
  capacity: 429,
  engine: 503,
  dependency: 503,
  bug: 500,
} as const satisfies Record<FailureKind, Status>

function typeOf(status: Status): RestError['error']['type'] {
  if (status === 429) return 'rate_limit_error'
  return status >= 500 ? 'server_error' : 'invalid_request_error'
}
