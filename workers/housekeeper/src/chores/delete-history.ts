import { assertNever, type SessionId } from '@voicebox/kernel'
import { appendAudit, type Store } from '@voicebox/store'
import type { Chore, ChoreContext } from '@voicebox/streams'
import type { History } from './history.ts'

export interface DeleteOptions {
  store: Store
  history: History
  sessions: SessionsInRedis
}

/** What is in Redis of a tenant's sessions: those that live, and what was told of others and is not written down yet. */
export interface SessionsInRedis {
  /** Ends a session of the tenant, if it lives, and frees all that it held, its audio too. */
  end(tenantId: string, sessionId: SessionId): Promise<void>
  /** Those that live and were opened before then, some at a time. */
  living(tenantId: string, before: Date): AsyncIterable<readonly SessionId[]>
  /** Those of which something that was told before then is not written down. */
  unwritten(tenantId: string, before: Date): AsyncIterable<SessionId>
}

/**
 * Deletes what was asked to be deleted, for good: it ends the sessions that would write more of it, and has what of ended ones is
 * written later not kept. Then it notes in the audit log that it is done.
 */
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
    case 'history':
      for await (const ids of sessions.living(tenantId, addedAt)) {
        await Promise.all(ids.map((sessionId) => sessions.end(tenantId, sessionId)))
        for (const sessionId of ids) await history.deleteSession(tenantId, sessionId, signal)
        signal.throwIfAborted()
      }
      // before what is written: what of these is written meanwhile is found there, and what is later is not kept
      for await (const sessionId of sessions.unwritten(tenantId, addedAt)) {
        await history.deleteSession(tenantId, sessionId, signal)
        signal.throwIfAborted()
      }
      await history.deleteTenant(tenantId, addedAt, signal)
      break
    default:
      return assertNever(subject)
  }
  const { kind, ...what } = subject
  const about = { tenantId, action: 'deletion.done', actor, subject: 'sessionId' in subject ? subject.sessionId : null }
  await appendAudit(store, [{ ...about, details: { kind, ...what, chore: id } }])
}
