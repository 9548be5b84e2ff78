import type { Log } from '@voicebox/kernel'
import { type OnEnded, type Redis, reapSessions } from '@voicebox/streams'
import type { Meters, housekeeperMetrics } from '@voicebox/telemetry'
import { type Kept, keepDoing } from './keep-doing.ts'

/** How many sessions one pass ends at most, so that no pass takes long. */
const sessionsPerPass = 100

/** Ends sessions that nobody drives any more. Several may run: each session is ended, and told of, by one of them. */
export function runReaper(
  redis: Redis,
  {
    meters,
    everyMs,
    onEnded,
    log,
  }: {
    meters: Meters<typeof housekeeperMetrics>
    everyMs: number
    onEnded: OnEnded
    log: Log
  },
): Kept {
  return keepDoing({
    name: 'reaping sessions',
    everyMs,
    log,
    async pass() {
      const reaped = await reapSessions(redis, {
        limit: sessionsPerPass,
        onEnded,
        log,
        onReaped(session) {
          meters.sessionsReaped.add(1)
          log.info({ ...session }, 'A session was ended because nobody drove it')
        },
      })
      return reaped > 0
    },
  })
}
