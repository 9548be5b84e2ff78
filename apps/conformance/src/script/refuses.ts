import { setTimeout as sleep } from 'node:timers/promises'
import { is } from '../judgement/is.ts'
import { expectShape, type Shape } from '../judgement/shape.ts'
import { Unmet } from '../judgement/unmet.ts'
import type { Session } from '../server/server.ts'
import type { WireEvent } from '../server/wire-event.ts'
import { fence } from './fence.ts'

export interface Refusal {
  code?: Shape
  param?: Shape
  message?: Shape
}

/** How long after the answer to a later event an error may still come. */
const graceMs = 1_000

/** The answer to the later event decides how long an error is waited for. */
const untilFenced = 600_000

/** A param `type` means that the server does not know the event at all: that it refuses it then says nothing of the rule. */
const ofKnownEvent = is.not('type')

/** Events that come of their own accord, or of what was sent before. */
const unprompted = new Set([
  'error',
  'session.updated',
  'rate_limits.updated',
  'conversation.created',
  'conversation.item.done',
])

/**
 * Sends what a server must refuse, an event or a frame, and answers its `error`. Throws `Unmet` unless the error says what
 * it should, nothing else came of it, and the session lives on.
 */
export async function refuses(
  session: Session,
  misuse: object | string | Uint8Array,
  { code = is.present, param = ofKnownEvent, message = is.someText }: Refusal = {},
): Promise<WireEvent> {
  const before = session.events.length
  const refused = session.next('error', { where: sendMisuse(session, misuse), patienceMs: untilFenced })
  const fenced = fence(session)
  const passed = fenced.then(async (updated) => {
    await sleep(graceMs, undefined, { ref: false })
    return updated
  })
  for (const unwatched of [fenced, passed, refused]) unwatched.catch(() => {})
  const first = await Promise.race([refused, passed])
  if (first.type !== 'error') throw new Unmet('an error event', cameSince(session, before))
  expectShape('error', first['error'], { type: 'invalid_request_error', code, param, message })
  await fenced
  if (session.events.slice(before).some(({ type }) => !unprompted.has(type))) {
    throw new Unmet('a refused event to change nothing', cameSince(session, before))
  }
  return first
}

/** Answers which error may be the answer: one that names the event, or none. */
function sendMisuse(session: Session, misuse: object | string | Uint8Array): Shape {
  if (typeof misuse !== 'string' && !(misuse instanceof Uint8Array)) {
    return { error: { event_id: is.oneOf(is.nothing, session.send(misuse)) } }
  }
  session.sendFrame(misuse)
  return {}
}

/** What came, but for the answer to the fence. */
function cameSince(session: Session, index: number): string {
  const types = session.events.slice(index).map(({ type }) => type)
  const fenceAt = types.lastIndexOf('session.updated')
  const rest = types.filter((_, at) => at !== fenceAt)
  if (rest.length === 0) return 'nothing: it was ignored'
  return rest.length > 4 ? `${rest.slice(0, 4).join(', ')} and ${rest.length - 4} more` : rest.join(', ')
}
