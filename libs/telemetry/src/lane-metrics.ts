import type { MetricTable } from './metric-definition.ts'
import { tenantMetrics } from './tenant-metrics.ts'

/** What whoever puts jobs on lanes or does them tells of what became of them. */
export const jobMetrics = {
  jobs: {
    kind: 'counter',
    name: 'voicebox_jobs_total',
    help: 'Jobs by what became of them: `claimed` were taken over from a silent worker, `refused` did not fit into their lane.',
    labels: { lane: 'configured', outcome: ['done', 'failed', 'retried', 'claimed', 'dead', 'refused'] },
  },
} as const satisfies MetricTable

/** What a worker tells of the lane whose jobs it does. */
export const workerMetrics = {
  ...jobMetrics,
  ...tenantMetrics,
  laneWaitSeconds: {
    kind: 'histogram',
    name: 'voicebox_lane_wait_seconds',
    help: 'How long jobs waited until a worker began them, in the overflow too, by the clock of Redis.',
    labels: { lane: 'configured' },
    buckets: [0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
  },
  workerBusy: {
    kind: 'gauge',
    name: 'voicebox_worker_busy',
    help: 'Jobs that this worker does now.',
    labels: { lane: 'configured' },
  },
  workerCapacity: {
    kind: 'gauge',
    name: 'voicebox_worker_capacity',
    help: 'Jobs that this worker does at a time at most: its utilisation is `voicebox_worker_busy` by this.',
    labels: { lane: 'configured' },
  },
} as const satisfies MetricTable

/** What the housekeeper reads of every lane. Several housekeepers tell the same: take the maximum. */
export const laneMetrics = {
  laneDepth: {
    kind: 'gauge',
    name: 'voicebox_lane_depth',
    help: 'Jobs that wait for a worker, `voicebox_lane_overflow` among them.',
    labels: { lane: 'configured' },
  },
  laneOverflow: {
    kind: 'gauge',
    name: 'voicebox_lane_overflow',
    help: 'Jobs that wait for others of their tenant, which has its share of the lane.',
    labels: { lane: 'configured' },
  },
  lanePending: {
    kind: 'gauge',
    name: 'voicebox_lane_pending',
    help: 'Jobs that workers have and are not done.',
    labels: { lane: 'configured' },
  },
  laneOldestSeconds: {
    kind: 'gauge',
    name: 'voicebox_lane_oldest_seconds',
    help: 'How long the oldest job that waits for a worker has waited.',
    labels: { lane: 'configured' },
  },
  laneWorkers: {
    kind: 'gauge',
    name: 'voicebox_lane_workers',
    help: 'Workers that take jobs from the lane.',
    labels: { lane: 'configured' },
  },
  deadLetters: {
    kind: 'gauge',
    name: 'voicebox_dead_letters',
    help: 'Jobs of the lane that were given up and wait for a person (`npm run lanes`).',
    labels: { lane: 'configured' },
  },
} as const satisfies MetricTable
