import { pino, type Logger } from 'pino'
import { logFields } from './log-fields.ts'
import { shownError } from './shown-error.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** Paths whose values never reach a log: secrets, what people said, and who they are. */
const redacted = [
  'apiKey',
  'authorization',
  'headers',
  'secret',
  'token',
  'url.password',
  'redisUrl',
  'databaseUrl',
  'text',
  'transcript',
  'audio',
  'pcm',
  'instructions',
  'content',
  'arguments',
  'output',
  'item',
  'user',
  'safetyIdentifier',
  'metadata',
]

/**
 * Makes the process's logger: one JSON object a line on standard error, with `timestamp`, `level`, `service` and `message`, and
 * `tenant_id`, `session_id` and `correlation_id` on lines about a session, a job or a request. Secrets, speech and users are redacted.
 */
export function makeLog(options: { service: string; level: LogLevel }): Logger {
  const paths = redacted.flatMap((name) => [name, `*.${name}`])
  return pino(
    {
      level: options.level,
      base: { service: options.service, pid: process.pid },
      messageKey: 'message',
      timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
      serializers: { error: shownError },
      formatters: { level: (label) => ({ level: label }), log: logFields },
      redact: { paths, censor: '[redacted]' },
    },
    pino.destination({ fd: 2, sync: false }),
  )
}
