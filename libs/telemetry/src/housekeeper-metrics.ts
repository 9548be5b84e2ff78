import type { MetricTable } from './metric-definition.ts'

/** What a housekeeper tells about its own work. */
export const housekeeperMetrics = {
  sessionsReaped: {
    kind: 'counter',
    name: 'voicebox_sessions_reaped_total',
    help: 'Sessions that this housekeeper ended because nobody drove them any more.',
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
