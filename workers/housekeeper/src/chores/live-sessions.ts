import { type Log, newId, type SessionId } from '@voicebox/kernel'
import { countedSessions, type OnEnded, type Redis, takeSession } from '@voicebox/streams'
import type { LiveSessions } from './delete-history.ts'

/** Ends sessions by taking them: whoever drives one hears that, and can write nothing more. */
export function liveSessionsIn(
  redis: Redis,
  { holder, onEnded, log }: { holder: string; onEnded: OnEnded; log: Log },
): LiveSessions {
  return {
    async end(tenantId, sessionId: SessionId) {
      const ttlMs = 10_000 // should this process die now, the reaper ends it
      const options = { tenantId, sessionId, holder, ttlMs, onTaken: () => {}, onEnded, log }
      const taken = await takeSession(redis, options)
      if (taken === null) return
      try {
        await taken.hold.end('deleted')
      } finally {
        await taken.hold.close()
      }
    },
    some: (tenantId) => countedSessions(redis, tenantId, pageLength),
  }
}

const pageLength = 100
