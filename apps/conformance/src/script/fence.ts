import type { Connection } from '../server/connection.ts'
import type { Session } from '../server/server.ts'
import type { WireEvent } from '../server/wire-event.ts'

/**
 * Resolves once the server has dealt with all that was sent before: an update that changes nothing has been answered.
 * Answers the session as it is then.
 */
export async function fence(session: Connection & Pick<Session, 'kind'>): Promise<WireEvent> {
  session.send({ type: 'session.update', session: { type: session.kind } })
  return await session.next('session.updated')
}
