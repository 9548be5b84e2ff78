import type { Log } from '@voicebox/kernel'
import { type Redis, laneStats, listLanes } from '@voicebox/streams'
import type { Meters, laneMetrics } from '@voicebox/telemetry'
import { type Kept, keepDoing } from './keep-doing.ts'

/** Reads for the metrics how all lanes are that anybody ever worked on. */
export function runLaneReader(
  redis: Redis,
  { meters, everyMs, log }: { meters: Meters<typeof laneMetrics>; everyMs: number; log: Log },
): Kept {
  return keepDoing({
    name: 'reading lanes',
    everyMs,
    log,
    async pass() {
      for (const lane of await listLanes(redis)) {
        const stats = await laneStats(redis, lane)
        meters.laneDepth.set(stats.depth, { lane })
        meters.laneOverflow.set(stats.overflow, { lane })
        meters.lanePending.set(stats.pending, { lane })
        meters.laneOldestSeconds.set(stats.oldestMs / 1_000, { lane })
        meters.laneWorkers.set(stats.consumers, { lane })
        meters.deadLetters.set(stats.dead, { lane })
      }
      return false
    },
  })
}
