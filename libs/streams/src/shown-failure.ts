import { type Failure, messageFor } from '@voicebox/kernel'

/**
 * What the log shows of a job's failure. What was said may be quoted by what others have thrown, such as a parser, or a server
 * outside: no cause is shown, nor the message of a bug, of which it is told where it is.
 */
export function shownFailure(failure: Failure): Record<string, unknown> {
  const { kind, code, cause } = failure
  const origin = cause instanceof Error ? cause : failure
  const where = kind === 'bug' ? { where: placesIn(origin) } : {}
  return { kind, code, reason: messageFor(failure, 'What it says is left out'), ...where }
}

/** The message comes before them, and may have any number of lines: it is taken off, and so is what only looks like a place. */
function placesIn({ name, message, stack = '' }: Error): string[] {
  const rest = stack.startsWith(`${name}: ${message}`) ? stack.slice(`${name}: ${message}`.length) : ''
  return rest
    .split('\n')
    .filter((line) => placeForm.test(line))
    .slice(0, maxPlaces)
    .map((line) => line.trim())
}

const placeForm = /^ {4}at /
const maxPlaces = 10
