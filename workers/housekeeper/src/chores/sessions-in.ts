import type { Log } from '@voicebox/kernel'
import {
  closeSession,
  historyOfTenant,
  listLiveSessions,
  lookAtHistory,
  type OnEnded,
  type Redis,
} from '@voicebox/streams'
import type { SessionsInRedis } from './delete-history.ts'

/** Sessions as Redis has them. Who drives one that is ended is asked to, so that its client is told. */
export function sessionsIn(
  redis: Redis,
  { holder, onEnded, log }: { holder: string; onEnded: OnEnded; log: Log },
): SessionsInRedis {
  return {
    async end(tenantId, sessionId) {
      await closeSession(redis, { tenantId, sessionId, holder, onEnded, log })
    },
    async *living(tenantId, before) {
      for (let after: string | undefined = ''; after !== undefined;) {
        const page = await listLiveSessions(redis, tenantId, { after, limit: pageLength })
        yield page.filter(({ openedAtMs }) => openedAtMs <= before.getTime()).map(({ id }) => id)
        after = page.at(-1)?.id
      }
    },
    async *unwritten(tenantId, before) {
      for await (const sessions of historyOfTenant(redis, tenantId))
        for (const session of sessions) {
          const { facts, oldestMs } = await lookAtHistory(redis, session)
          if (facts > 0 && Date.now() - oldestMs <= before.getTime()) yield session.sessionId
        }
    },
  }
}

const pageLength = 20
