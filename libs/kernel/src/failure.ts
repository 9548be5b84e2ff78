/** Whose fault a failure is, and so what happens next. */
export type FailureKind = 'client' | 'capacity' | 'engine' | 'dependency' | 'bug'

/** One table answers: what the wire calls it, whether trying again can help, how loudly to log it, whether its text may be shown. */
export const failureRules = {
  client: { wireType: 'invalid_request_error', retryable: false, logLevel: 'debug', exposed: true },
  capacity: { wireType: 'rate_limit_error', retryable: true, logLevel: 'info', exposed: true },
  engine: { wireType: 'server_error', retryable: true, logLevel: 'warn', exposed: true },
  dependency: { wireType: 'server_error', retryable: true, logLevel: 'error', exposed: false },
  bug: { wireType: 'server_error', retryable: false, logLevel: 'error', exposed: false },
} as const satisfies Record<
  FailureKind,
  { wireType: string; retryable: boolean; logLevel: 'debug' | 'info' | 'warn' | 'error'; exposed: boolean }
>

/**
 * An error that knows its kind and a stable machine-readable code. Engines and adapters throw it; everything else that is
 * thrown is a bug. `retryable` overrides the table, for an engine that knows that trying again cannot help.
 */
export class Failure extends Error {
  readonly kind: FailureKind
  readonly code: string
  readonly retryable: boolean

  constructor(
    kind: FailureKind,
    code: string,
    message: string,
    options: { cause?: unknown; retryable?: boolean } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'Failure'
    this.kind = kind
    this.code = code
    this.retryable = options.retryable ?? failureRules[kind].retryable
  }
}

/** Wraps whatever was thrown: a `Failure` stays itself, anything else is a bug with its cause kept. */
export function toFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown
  return new Failure('bug', 'internal_error', thrown instanceof Error ? thrown.message : String(thrown), {
    cause: thrown,
  })
}

/** What may be shown of a failure to whoever caused it: its own message, or `otherwise` where that could tell too much. */
export function messageFor({ kind, message }: Failure, otherwise: string): string {
  return failureRules[kind].exposed ? message : otherwise
}
