import type { ServerEvent, ServerEventOf, ServerEventType } from '../server-events.ts'
import type { ShownSession } from '../shown-session.ts'
import { betaItemOf } from './item.ts'
import { betaNames, betaTranscriptionNames } from './names.ts'
import { flatPath } from './paths.ts'
import { betaResponseOf } from './response-object.ts'
import { flatSession } from './session.ts'
import { flatTranscriptionSession } from './transcription-session.ts'

/** What the beta dialect tells in another shape; null where it has no words for it. */
const reshaped = {
  error: (event) => ({ ...event, error: betaError(event.error) }),
  'session.created': (event) => sessionEvent(event),
  'session.resumed': (event) => ({ ...event, session: flatView(event.session) }),
  'session.updated': (event) => sessionEvent(event),
  'conversation.item.added': (event) => withItem(event),
  'conversation.item.retrieved': (event) => withItem(event),
  'response.created': (event) => ({ ...event, response: betaResponseOf(event.response) }),
  'response.output_item.added': (event) => withItem(event),
  'response.function_call_arguments.done': ({ name: _, ...event }) => event,
  'response.output_item.done': (event) => withItem(event),
  'response.done': (event) => ({ ...event, response: betaResponseOf(event.response) }),
} satisfies { [T in ServerEventType]?: (event: ServerEventOf<T>) => object | null }

type Reshaped = typeof reshaped
type Names = typeof betaNames

type Told<T extends ServerEventType> = T extends keyof Reshaped
  ? Exclude<ReturnType<Reshaped[T]>, null>
  : ServerEventOf<T>
type Renamed<E, T> = T extends keyof Names
  ? Names[T] extends string
    ? Omit<E, 'type'> & { type: Names[T] }
    : never
  : E

/** A server event as the beta dialect tells it. */
export type BetaServerEvent = { [T in ServerEventType]: Renamed<Told<T>, T> }[ServerEventType]

/** Tells a server event in the beta dialect; null where it does not tell of it. */
export function betaServerEvent(event: ServerEvent): BetaServerEvent | null {
  const names: Partial<Record<ServerEventType, string | null>> = betaNames
  const name = names[event.type]
  if (name === null) return null
  const reshape = (reshaped as { [T in ServerEventType]?: (event: ServerEvent) => object | null })[event.type]
  const told = reshape === undefined ? event : reshape(event)
  if (told === null) return null
  return (name === undefined ? told : { ...told, type: name }) as BetaServerEvent
}

interface SessionEvent<T> {
  type: T
  event_id: string
  session: ShownSession
}

function sessionEvent<T extends keyof typeof betaTranscriptionNames>({ type, event_id, session }: SessionEvent<T>) {
  return session.type === 'transcription'
    ? { type: betaTranscriptionNames[type], event_id, session: flatTranscriptionSession(session) }
    : { type, event_id, session: flatSession(session) }
}

function flatView(session: ShownSession) {
  return session.type === 'transcription' ? flatTranscriptionSession(session) : flatSession(session)
}

function withItem<E extends { item: Parameters<typeof betaItemOf>[0] }>(event: E) {
  const item = betaItemOf(event.item)
  return item === null ? null : { ...event, item }
}

/** The session speaks of fields by their nested paths. */
function betaError(error: ServerEventOf<'error'>['error']): ServerEventOf<'error'>['error'] {
  const { param, message, code } = error
  // what the client sent and nobody knows is named as it was sent
  if (param === null || code === 'unknown_parameter') return error
  const flat = flatPath(param)
  return { ...error, param: flat, message: message.replaceAll(param, flat) }
}
