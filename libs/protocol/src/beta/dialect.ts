import type { Dialect } from '../dialect.ts'
import { pasteAudioDelta } from '../encode.ts'
import { parseFrame } from '../parse.ts'
import type { ServerEvent } from '../server-events.ts'
import { betaSchemas } from './client-events.ts'
import { betaNames } from './names.ts'
import { betaServerEvent } from './server-events.ts'

/**
 * The dialect that clients spoke before general availability, at the edge of the session: what they send becomes the
 * session's events, and what it says is told in their words. Events of the newer dialect are refused as unknown fields.
 */
export const betaDialect: Dialect = {
  name: 'beta',
  parse: (text) => parseFrame(text, betaSchemas),
  encode,
}

function encode(event: ServerEvent): string | null {
  const pasted = event.type === audioDelta ? pasteAudioDelta(event, betaNames[audioDelta]) : undefined
  if (pasted !== undefined) return pasted
  const told = betaServerEvent(event)
  return told === null ? null : JSON.stringify(told)
}

const audioDelta = 'response.output_audio.delta'
