import { type Dashboard, rate } from './dashboard.ts'

export const tenants: Dashboard = {
  uid: 'tenants',
  title: 'tenants',
  panels: [
    {
      title: 'Sessions',
      about: 'Open sessions by tenant, for those that VOICEBOX_METRICS_TENANTS names.',
      unit: 'short',
      queries: [{ expr: 'sum by (tenant) (voicebox_tenant_sessions_open)', legend: '{{tenant}}' }],
    },
    {
      title: 'Responses',
      about: 'Responses a second by tenant.',
      unit: 'reqps',
      queries: rate('voicebox_tenant_responses_total', 'tenant'),
    },
    {
      title: 'Failed responses',
      about: 'Of each tenant.',
      unit: 'reqps',
      queries: [
        {
          expr: 'sum by (tenant) (rate(voicebox_tenant_responses_total{status="failed"}[$__rate_interval]))',
          legend: '{{tenant}}',
        },
      ],
    },
    {
      title: 'Tokens',
      about: 'Tokens a second, by tenant and kind.',
      unit: 'short',
      queries: [
        {
          expr: 'sum by (tenant, kind) (rate(voicebox_tenant_tokens_total[$__rate_interval]))',
          legend: '{{tenant}} {{kind}}',
        },
      ],
    },
    {
      title: 'Refused by a quota',
      about: 'What was refused, or ended, because a tenant had no more of it.',
      unit: 'reqps',
      queries: rate('voicebox_quota_refusals_total', 'limit'),
    },
    {
      title: 'Jobs that wait for others of their tenant',
      about: 'A tenant that has its share of a lane waits for itself.',
      unit: 'short',
      queries: [{ expr: 'max by (lane) (voicebox_lane_overflow)', legend: '{{lane}}' }],
    },
  ],
}
