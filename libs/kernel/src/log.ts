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
