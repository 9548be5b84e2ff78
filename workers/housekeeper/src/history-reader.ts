import type { Log } from '@voicebox/kernel'
import { type Redis, countHistory, lookAtHistory, someHistory } from '@voicebox/streams'
import type { Meters, housekeeperMetrics } from '@voicebox/telemetry'
import { type Kept, keepDoing } from './keep-doing.ts'

/** Of more sessions a sample is looked at. */
const maxLookedAt = 1_000
/** Longer than anything but an outage lasts. */
const alarmingMs = 60_000

/** Reads for the metrics how much history waits to be written down, and says so in the log while it has waited for long. */
export function runHistoryReader(
  redis: Redis,
  { meters, everyMs, log }: { meters: Meters<typeof housekeeperMetrics>; everyMs: number; log: Log },
): Kept {
  let isLate = false
  return keepDoing({
    name: 'reading how much history waits',
    everyMs,
    log,
    async pass() {
      const sessions = await countHistory(redis)
      const some = await someHistory(redis, maxLookedAt)
      const looks = await Promise.all(some.map((session) => lookAtHistory(redis, session)))
      const found = looks.reduce((sum, { facts }) => sum + facts, 0)
      const oldestMs = Math.max(0, ...looks.map((look) => look.oldestMs))
      const facts = Math.round(found * Math.max(1, sessions / Math.max(1, some.length)))
      meters.historySessions.set(sessions)
      meters.historyBacklog.set(facts)
      meters.historyOldestSeconds.set(oldestMs / 1_000)
      if (isLate !== oldestMs > alarmingMs) {
        isLate = !isLate
        if (isLate) log.error({ sessions, facts, oldestMs }, 'History waits for long to be written to Postgres')
        else log.info({ sessions, facts }, 'History is written to Postgres again')
      }
      return false
    },
  })
}
