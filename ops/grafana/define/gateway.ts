import { type Dashboard, quantiles, rate } from './dashboard.ts'

export const gateway: Dashboard = {
  uid: 'gateway',
  title: 'gateways',
  panels: [
    {
      title: 'Sessions by gateway',
      about: 'How evenly sessions are spread.',
      unit: 'short',
      queries: [{ expr: 'sum by (instance) (voicebox_sessions_open)', legend: '{{instance}}' }],
    },
    {
      title: 'How sessions began and ended',
      about: 'Lost ones were not ended by anybody: look at Redis.',
      unit: 'reqps',
      queries: rate('voicebox_sessions_total', 'outcome'),
    },
    {
      title: 'What a client event costs',
      about: 'From when it came to when it had acted.',
      unit: 's',
      queries: quantiles('voicebox_websocket_message_processing_seconds', 'type'),
    },
    {
      title: 'Commits',
      about: 'How long Redis takes to keep what happened; nothing is told to a client before.',
      unit: 's',
      queries: quantiles('voicebox_commit_seconds'),
      limit: 0.05,
    },
    {
      title: 'Event loop',
      about: 'How late the event loop is: above 20 ms audio stutters.',
      unit: 's',
      queries: [
        { expr: 'max by (instance) (nodejs_eventloop_lag_p99_seconds)', legend: 'p99 {{instance}}' },
        { expr: 'max by (instance) (nodejs_eventloop_lag_max_seconds)', legend: 'max {{instance}}' },
      ],
      limit: 0.02,
    },
    {
      title: 'Processor',
      about: 'Cores that each process uses.',
      unit: 'short',
      queries: [
        {
          expr: 'sum by (instance) (rate(process_cpu_seconds_total[$__rate_interval]))',
          legend: '{{instance}}',
        },
      ],
    },
    {
      title: 'Memory',
      about: 'Resident memory of each process.',
      unit: 'bytes',
      queries: [{ expr: 'max by (instance) (process_resident_memory_bytes)', legend: '{{instance}}' }],
    },
    {
      title: 'Slow and loud clients',
      about: 'Clients that read too slowly, and events that were refused because too many came.',
      unit: 'short',
      queries: [
        { expr: 'sum(voicebox_slow_readers)', legend: 'slow readers' },
        { expr: 'sum(rate(voicebox_throttled_events_total[$__rate_interval]))', legend: 'refused events a second' },
      ],
    },
    {
      title: 'HTTP',
      about: 'Requests a second, by status.',
      unit: 'reqps',
      queries: rate('voicebox_http_requests_total', 'status'),
    },
    {
      title: 'Keys',
      about: 'Keys that were checked, by what came of it.',
      unit: 'reqps',
      queries: rate('voicebox_key_validations_total', 'outcome'),
    },
    {
      title: 'Resumed sessions',
      about: 'Clients that came back, and those that could not.',
      unit: 'reqps',
      queries: [
        {
          expr: 'sum(rate(voicebox_sessions_total{outcome="resumed"}[$__rate_interval]))',
          legend: 'resumed',
        },
        { expr: 'sum by (code) (rate(voicebox_resume_refusals_total[$__rate_interval]))', legend: 'refused: {{code}}' },
      ],
    },
  ],
}
