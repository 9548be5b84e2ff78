import { Failure } from '@voicebox/kernel'

interface ShownError {
  name: string
  /** Its own, and those of its causes. */
  message: string
  kind?: string
  code?: string
  stack?: string
}

/** What the log shows of an error. Other properties are left out: a refused command, say, carries what it was given. */
export function shownError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const shown: ShownError = { name: error.name, message: messagesOf(error) }
  if ('code' in error && typeof error.code === 'string') shown.code = error.code
  if (error instanceof Failure) shown.kind = error.kind
  const isExpected = error instanceof Failure && error.kind !== 'bug'
  if (!isExpected && error.stack !== undefined) shown.stack = error.stack
  return shown
}

/** Causes may go round in a circle. */
const maxDepth = 5

function messagesOf(error: unknown, depth = 0): string {
  if (!(error instanceof Error)) return String(error)
  if (depth >= maxDepth) return error.message
  const parts = [error.message]
  if (error instanceof AggregateError)
    parts.push(error.errors.map((one: unknown) => messagesOf(one, depth + 1)).join('; '))
  if (error.cause !== undefined) parts.push(messagesOf(error.cause, depth + 1))
  return parts.join(': ')
}
