import type { Log } from '@voicebox/kernel'
import type { workerMetrics } from './lane-metrics.ts'
import type { Meters } from './metric-definition.ts'
import { type Mismatch, mismatchTeller } from './tenant-metrics.ts'

type LaneMeters = Meters<typeof workerMetrics>
type Outcome = Parameters<LaneMeters['jobs']['add']>[1]['outcome']

/** How a lane's consumer tells what it does, for the metrics and the log. */
export interface LaneMeter {
  onOutcome(outcome: Outcome): void
  onBegun(waitMs: number, traceId?: string): void
  onMismatch(mismatch: Mismatch): void
  /** Asks the consumer how busy it is whenever the metrics are read. */
  follow(consumer: { readonly busy: number }, capacity: number): void
}

export function meterLane(meters: LaneMeters, lane: string, log: Log): LaneMeter {
  return {
    onOutcome: (outcome) => meters.jobs.add(1, { lane, outcome }),
    onBegun: (waitMs, traceId) => meters.laneWaitSeconds.observe(waitMs / 1_000, { lane }, traceId),
    onMismatch: mismatchTeller(log, meters),
    follow(consumer, capacity) {
      meters.workerBusy.follow(() => consumer.busy, { lane })
      meters.workerCapacity.set(capacity, { lane })
    },
  }
}
