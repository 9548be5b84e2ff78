import { encodeServerEvent } from './encode.ts'
import { type ParsedClientEvent, parseClientEvent } from './parse.ts'
import type { ServerEvent } from './server-events.ts'

/** How the frames of one connection are read and written. The session knows the GA events only. */
export interface Dialect {
  readonly name: 'ga' | 'beta'
  /** Reads one text frame of the client; total, as `parseClientEvent`. */
  parse(text: string): ParsedClientEvent
  /** The text frame for an event; null where the dialect does not tell of it. */
  encode(event: ServerEvent): string | null
}

export const gaDialect: Dialect = { name: 'ga', parse: parseClientEvent, encode: encodeServerEvent }
