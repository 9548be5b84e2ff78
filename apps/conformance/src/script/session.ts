import { isObject, type Shape } from '../judgement/shape.ts'
import type { DialOptions } from '../server/dial.ts'
import type { Server, Session } from '../server/server.ts'
import type { WireEvent } from '../server/wire-event.ts'

/** Changes the session, and answers it as `session.updated` shows it. */
export async function update(session: Session, fields: object, shape: Shape = {}): Promise<Record<string, unknown>> {
  session.send({ type: 'session.update', session: { type: session.kind, ...fields } })
  return sessionOf(await session.next('session.updated', { shape: { session: shape } }))
}

export function sessionOf(event: WireEvent): Record<string, unknown> {
  return isObject(event['session']) ? event['session'] : {}
}

export const input = (fields: object): object => ({ audio: { input: fields } })
export const output = (fields: object): object => ({ audio: { output: fields } })

/** A session that answers in text. */
export async function openText(server: Server, fields: object = {}, options?: DialOptions): Promise<Session> {
  const session = await server.open(options)
  await update(session, { output_modalities: ['text'], ...fields })
  return session
}

/** A session in which the client says when its turn ends. */
export async function openPushToTalk(server: Server, fields: object = {}): Promise<Session> {
  const session = await server.open()
  await update(session, { output_modalities: ['text'], ...fields, ...input({ turn_detection: null }) })
  return session
}
