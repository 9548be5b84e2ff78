/** One JSON line of a child's log, as far as people are shown it. */
export interface LogRecord {
  level: string
  message: string
  fields: Record<string, unknown>
}

/** Reads a log line; text that is not a log record answers undefined. */
export function parseLogRecord(line: string): LogRecord | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    const {
      level,
      message,
      timestamp: _timestamp,
      pid: _pid,
      service: _service,
      ...fields
    } = JSON.parse(line) as Record<string, unknown>
    return typeof level === 'string' && typeof message === 'string' ? { level, message, fields } : undefined
  } catch {
    return undefined
  }
}

/** Renders a record for a terminal: `! stt: The model is slow (ms=900)`. */
export function describeLogRecord(name: string, { message, fields }: LogRecord): string {
  const details = Object.entries(fields).map(([key, value]) => `${key}=${brief(value)}`)
  return `! ${name}: ${message}${details.length === 0 ? '' : ` (${details.join(', ')})`}`
}

function brief(value: unknown): string {
  const isError = typeof value === 'object' && value !== null && 'message' in value
  const text = isError
    ? String(value.message)
    : typeof value === 'string'
      ? value
      : (JSON.stringify(value) ?? String(value))
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}
