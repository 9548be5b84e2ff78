import type { Server } from './server/server.ts'

/** The parts of the protocol, in the order of a report. */
export const areas = [
  'handshake',
  'errors',
  'session',
  'items',
  'input_audio',
  'responses',
  'audio',
  'cancel',
  'out_of_band',
  'tools',
  'transcription',
  'speech',
  'rest',
  'rate_limits',
  'beta',
  'mcp',
] as const
export type Area = (typeof areas)[number]

/** What a check needs beside the server: a public MCP server, or a user who has time. */
export type Need = 'mcp' | 'slow'

/** One rule of the protocol, tried on a live server. Throws `Unmet` where the server breaks it. */
export interface Check {
  readonly area: Area
  /** A sentence that says what a server does which passes. */
  readonly name: string
  /** The rule of the protocol behind it. */
  readonly rule: string
  readonly needs?: Need
  run(server: Server): Promise<void>
}
