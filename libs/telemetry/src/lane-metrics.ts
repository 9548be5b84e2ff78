import type { MetricTable } from './metric-definition.ts'

/** What whoever puts jobs on lanes or does them tells. */
export const jobMetrics = {
  jobs: {
    kind: 'counter',
    name: 'voicebox_jobs_total',
    help: 'Jobs by what became of them: `claimed` were taken over from a silent worker, `refused` did not fit into their lane.',
    labels: { lane: 'configured', outcome: ['done', 'failed', 'retried', 'claimed', 'dead', 'refused'] },
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
