import type { MetricTable } from './metric-definition.ts'

/** What a housekeeper tells about its own work. */
export const housekeeperMetrics = {
  sessionsReaped: {
    kind: 'counter',
    name: 'voicebox_sessions_reaped_total',
    help: 'Sessions that this housekeeper ended because nobody drove them any more.',
  },
  choreAttempts: {
    kind: 'counter',
    name: 'voicebox_chore_attempts_total',
    help: 'Attempts at chores by this housekeeper, and what came of them: `given_up` is kept until somebody looks at it.',
    labels: { kind: ['retention', 'deletion', 'webhook'], outcome: ['done', 'failed', 'given_up'] },
  },
  chores: {
    kind: 'gauge',
    name: 'voicebox_chores',
    help: 'Chores in Redis, by their state.',
    labels: {
      kind: ['retention', 'deletion', 'webhook'],
      state: ['waiting', 'running', 'delayed', 'failed', 'done'],
    },
  },
} as const satisfies MetricTable
