type Write = (fields: Record<string, unknown>, message: string) => void

/** What code below the composition root sees of the logger. Fields are structured; the message is a constant sentence. */
export interface Log {
  debug: Write
  info: Write
  warn: Write
  error: Write
}

/** A log that writes nothing, for tests and for callers without one. */
export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** A log whose every line has these fields, unless the line says otherwise. */
export function withFields(log: Log, fields: Record<string, unknown>): Log {
  const add =
    (level: keyof Log): Write =>
    (own, message) =>
      log[level]({ ...fields, ...own }, message)
  return { debug: add('debug'), info: add('info'), warn: add('warn'), error: add('error') }
}
