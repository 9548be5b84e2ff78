import { pino, type Logger } from 'pino'
import { shownError } from './shown-error.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** Paths whose values never reach a log: secrets, and what people said. */
const redacted = [
  'apiKey',
  'authorization',
  'url.password',
  'redisUrl',
  'databaseUrl',
  'text',
  'transcript',
  'audio',
  'pcm',
  'instructions',
]

/** Makes the process's logger: one JSON object a line on standard error, secrets and speech redacted. */
export function makeLog(options: { service: string; level: LogLevel }): Logger {
  const paths = redacted.flatMap((name) => [name, `*.${name}`])
  return pino(
    {
      level: options.level,
      base: { service: options.service, pid: process.pid },
      messageKey: 'message',
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { error: shownError },
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths, censor: '[redacted]' },
    },
    pino.destination({ fd: 2, sync: false }),
  )
}
