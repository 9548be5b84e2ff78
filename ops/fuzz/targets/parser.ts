import { isDeepStrictEqual } from 'node:util'
import { betaDialect, type Dialect, gaDialect, serverEvents } from '@voicebox/protocol'
import { z } from 'zod'
import type { Target } from '../target.ts'

/** No text may keep a gateway busy for so long. */
const slowMs = 1_000
const errorEvent = z.discriminatedUnion('type', serverEvents)

/** What reads the frames of a client, in both dialects. */
export const parser: Target = {
  maxFrames: 2,
  run: (frames) => frames.flatMap((frame) => [gaDialect, betaDialect].map((dialect) => read(dialect, frame))),
}

function read(dialect: Dialect, frame: string): string {
  const startMs = performance.now()
  const parsed = dialect.parse(frame)
  const tookMs = performance.now() - startMs
  if (tookMs > slowMs) throw new Error(`It took ${Math.round(tookMs)} ms to read ${frame.length} characters`)
  if (!parsed.ok) {
    const told = dialect.encode({ type: 'error', event_id: 'event_1', error: parsed.error })
    const { success, error } = errorEvent.safeParse(JSON.parse(told ?? 'null'))
    if (dialect.name === 'ga' && !success) throw new Error(`The refusal is no event: ${error.message}`)
    if (parsed.error.message.length > 2_000) throw new Error('The refusal is very long')
    return `${dialect.name} ${parsed.error.code} ${parsed.error.param?.replaceAll(/\[\d+\]/g, '[]')}`
  }
  if (dialect.name === 'beta') return `beta ${parsed.event.type}` // which may hold what GA has no words for
  const again = gaDialect.parse(JSON.stringify(parsed.event))
  if (!again.ok) throw new Error(`What was read is refused: ${again.error.message}`)
  if (!isDeepStrictEqual(again.event, parsed.event)) throw new Error('What was read is read as something else')
  return `ga ${parsed.event.type}`
}
