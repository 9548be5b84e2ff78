import type { MetricTable } from './metric-definition.ts'

/** What a housekeeper tells about its own work. */
export const housekeeperMetrics = {
  sessionsReaped: {
    kind: 'counter',
    name: 'voicebox_sessions_reaped_total',
    help: 'Sessions that this housekeeper ended because nobody drove them any more.',
  },
} as const satisfies MetricTable
