import type { Log } from '@voicebox/kernel'
import { type HistoryRecord, type Store, writeHistory } from '@voicebox/store'
import { type Redis, drainHistory } from '@voicebox/streams'
import type { Meters, housekeeperMetrics } from '@voicebox/telemetry'
import { type Kept, keepDoing } from './keep-doing.ts'

export interface HistoryWriterOptions {
  redis: Redis
  store: Store
  meters: Meters<typeof housekeeperMetrics>
  everyMs: number
  log: Log
}

/** Writes to Postgres what sessions have told. Several may run; while Postgres is away nothing is taken, and all of it waits. */
export function runHistoryWriter({ redis, store, meters, everyMs, log }: HistoryWriterOptions): Kept {
  return keepDoing({
    name: 'writing history',
    everyMs,
    log,
    async pass() {
      if (!store.isReady()) return false
      const written = await drainHistory(redis, {
        // only gateways tell facts, and the end of a session
        write: (tenantId, facts) => writeHistory(store, tenantId, facts as readonly HistoryRecord[]),
        onWritten: (count) => meters.historyWritten.add(count),
        onRefused: () => meters.historyLost.add(1),
        log,
      })
      return written >= goesOn
    },
  })
}

/** So much at a time tells that there is more; less is better written together a little later. */
const goesOn = 100
