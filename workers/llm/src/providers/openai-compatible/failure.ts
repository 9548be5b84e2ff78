import { Failure } from '@voicebox/kernel'
import { APIConnectionError, APIError } from 'openai'

/**
 * Says what went wrong with a provider. Its own words are left out: some endpoints quote the key in them.
 *
 * - `provider_overloaded`: 429, 503, 529.
 * - `request_rejected`: 400, 413, 422; this request is at fault, so that it tells nothing about the provider's health.
 * - `provider_misconfigured`: any other 4xx, such as a wrong key or model.
 * - `provider_failed`, `provider_unreachable`, `bad_stream`: 5xx, 408 and 409; no connection; not a stream of chunks.
 *
 * All are retryable: another provider may have another limit, key and model.
 */
export function providerFailure(name: string, error: unknown): Failure {
  if (error instanceof APIConnectionError) {
    return new Failure('engine', 'provider_unreachable', `${name} cannot be reached${detail(systemCode(error))}`)
  }
  if (error instanceof APIError) return answeredFailure(name, error as APIError)
  return new Failure('engine', 'bad_stream', `${name} sent a broken stream`, { cause: error })
}

/** Azure refuses a prompt by its content filter with a 400, before any stream. */
export function isFilteredPrompt(error: unknown): boolean {
  return error instanceof APIError && error.status === 400 && error.code === 'content_filter'
}

function answeredFailure(name: string, error: APIError): Failure {
  const { status } = error
  const code = detail(error.code ?? error.type)
  if (status === undefined) {
    const kind = /rate_limit|overloaded/.test(code) ? 'capacity' : 'engine'
    return new Failure(kind, 'provider_failed', `${name} reported an error in its stream${code}`)
  }
  const message = `${name} answered HTTP ${status}${code}`
  if ([429, 503, 529].includes(status)) return new Failure('capacity', 'provider_overloaded', message)
  if ([400, 413, 422].includes(status)) return new Failure('engine', 'request_rejected', message)
  const isOurs = status >= 400 && status < 500 && status !== 408 && status !== 409
  return new Failure('engine', isOurs ? 'provider_misconfigured' : 'provider_failed', message)
}

/** A machine-readable code in parentheses; anything that does not look like one is left out. */
function detail(code: unknown): string {
  return typeof code === 'string' && /^[\w.-]{1,64}$/.test(code) && !code.startsWith('sk-') ? ` (${code})` : ''
}

function systemCode(error: unknown): unknown {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string') return cause.code
  }
  return undefined
}
