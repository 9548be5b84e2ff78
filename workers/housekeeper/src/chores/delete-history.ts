import { assertNever, type SessionId } from '@voicebox/kernel'
import { appendAudit, type Store } from '@voicebox/store'
import type { Chore, ChoreContext } from '@voicebox/streams'
import type { History } from './history.ts'

export interface DeleteOptions {
  store: Store
  history: History
  sessions: LiveSessions
}

/** Sessions that live, and so have some of what is to be deleted in Redis. */
export interface LiveSessions {
  /** Ends a session of the tenant, if it lives, and frees all that it held, its audio too. */
  end(tenantId: string, sessionId: SessionId): Promise<void>
  /** Some of the tenant's; none: it has none. */
  some(tenantId: string): Promise<readonly SessionId[]>
}

/** Deletes what was asked to be deleted, ends the sessions that would write more of it, and notes in the audit log that it is done. */
export async function deleteHistory(
  { tenantId, subject, actor }: Extract<Chore, { kind: 'deletion' }>,
  { id, addedAt, signal }: Pick<ChoreContext, 'id' | 'addedAt' | 'signal'>,
  { store, history, sessions }: DeleteOptions,
): Promise<void> {
  switch (subject.kind) {
    case 'session':
      await sessions.end(tenantId, subject.sessionId)
      await history.deleteSession(tenantId, subject.sessionId, signal)
      break
    case 'item':
      await sessions.end(tenantId, subject.sessionId)
      await history.deleteItem(tenantId, subject.sessionId, subject.itemId)
      break
    case 'history': {
      const ended = new Set<SessionId>()
      for (
        let left = await sessions.some(tenantId);
        left.some((one) => !ended.has(one));
        left = await sessions.some(tenantId)
      )
        for (const sessionId of left) {
          await sessions.end(tenantId, sessionId)
          await history.deleteSession(tenantId, sessionId, signal) // its own, too, that is not written down yet
          ended.add(sessionId)
        }
      await history.deleteTenant(tenantId, addedAt, signal)
      break
    }
    default:
      return assertNever(subject)
  }
  const { kind, ...what } = subject
  const about = { tenantId, action: 'deletion.done', actor, subject: 'sessionId' in subject ? subject.sessionId : null }
  await appendAudit(store, [{ ...about, details: { kind, ...what, chore: id } }])
}
