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
  historyWritten: {
    kind: 'counter',
    name: 'voicebox_history_written_total',
    help: 'Facts of sessions that this housekeeper wrote to Postgres.',
  },
  historyLost: {
    kind: 'counter',
    name: 'voicebox_history_lost_total',
    help: 'Facts of sessions that Postgres refused for what they are, and that are lost. Any is a bug.',
  },
  historyBacklog: {
    kind: 'gauge',
    name: 'voicebox_history_backlog_records',
    help: 'Facts of all sessions that wait to be written to Postgres; an estimate where there are more than a thousand sessions.',
  },
  historyOldestSeconds: {
    kind: 'gauge',
    name: 'voicebox_history_oldest_seconds',
    help: 'How long the oldest fact that was found has waited to be written to Postgres.',
  },
  historySessions: {
    kind: 'gauge',
    name: 'voicebox_history_sessions',
    help: 'Sessions that live, or whose history is not all written; VOICEBOX_HISTORY_SESSIONS bounds it.',
  },
} as const satisfies MetricTable
