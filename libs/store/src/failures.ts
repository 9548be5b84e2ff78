import { Failure } from '@voicebox/kernel'

/** What went wrong between us and Postgres, as a `Failure` of kind `dependency`; a refused statement is a bug of ours. */
export function storeFailure(error: unknown): Failure {
  if (error instanceof Failure) return error
  const code = sqlState(error)
  const isOurs = code !== null && !outages.some((beginning) => code.startsWith(beginning))
  if (isOurs) return new Failure('bug', 'statement_refused', `Postgres refused a statement (${code})`, { cause: error })
  return new Failure('dependency', 'database_failed', 'Postgres did not answer', { cause: error })
}

/** Whether a failure is that a statement broke this rule of a table, say `tenants_pkey`. */
export function breaks(error: unknown, constraint: string): boolean {
  const cause = error instanceof Failure ? error.cause : null
  return sqlState(cause)?.startsWith('23') === true && (cause as { constraint?: unknown }).constraint === constraint
}

/** The code of an error of Postgres; null for any other. */
function sqlState(error: unknown): string | null {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && 'severity' in (error as object) ? code : null
}

/** Connections, resources, operators, the system, a missing or older schema, rights and passwords. */
const outages = ['08', '53', '57', '58', '42P01', '3D', '28', '25006', '40']
