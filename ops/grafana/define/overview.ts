import { type Dashboard, quantiles, rate } from './dashboard.ts'

export const overview: Dashboard = {
  uid: 'overview',
  title: 'overview',
  panels: [
    {
      title: 'End of speech to first audio',
      about: 'What a caller waits for an answer. The goal is 1.5 s.',
      unit: 's',
      queries: quantiles('voicebox_turn_first_audio_seconds'),
      limit: 1.5,
    },
    {
      title: 'Sessions',
      about: 'Sessions that gateways drive.',
      unit: 'short',
      queries: [{ expr: 'sum(voicebox_sessions_open)', legend: 'sessions' }],
    },
    {
      title: 'Responses',
      about: 'Responses a second, by how they ended: failed ones were heard as silence or an apology.',
      unit: 'reqps',
      queries: rate('voicebox_responses_total', 'status'),
    },
    {
      title: 'Errors',
      about: 'What clients were told, by code.',
      unit: 'reqps',
      queries: rate('voicebox_errors_total', 'code'),
    },
    {
      title: 'Oldest job that waits',
      about: 'Above a second, callers hear it: the pool of that lane is too small.',
      unit: 's',
      queries: [{ expr: 'max by (lane) (voicebox_lane_oldest_seconds)', legend: '{{lane}}' }],
      limit: 1,
    },
    {
      title: 'How busy the workers are',
      about: 'Jobs being done, of those that could be. Scale a pool that stays above 0.8.',
      unit: 'percentunit',
      queries: [
        {
          expr: 'sum by (lane) (voicebox_worker_busy) / sum by (lane) (voicebox_worker_capacity)',
          legend: '{{lane}}',
        },
      ],
      limit: 0.8,
    },
    {
      title: 'What is away',
      about: '1: everything answers. Below: some process does not reach it.',
      unit: 'short',
      queries: [
        { expr: 'min(voicebox_redis_available)', legend: 'Redis' },
        { expr: 'min(voicebox_database_available)', legend: 'Postgres' },
        { expr: 'min by (service) (voicebox_service_available)', legend: '{{service}}' },
      ],
    },
    {
      title: 'Jobs that did not go well',
      about: 'Tried again, taken over from a dead worker, failed, or given up.',
      unit: 'reqps',
      queries: [
        {
          expr: 'sum by (lane, outcome) (rate(voicebox_jobs_total{outcome!="done"}[$__rate_interval]))',
          legend: '{{lane}} {{outcome}}',
        },
      ],
    },
  ],
}
