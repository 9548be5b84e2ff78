import type { MetricTable } from './metric-definition.ts'

/** What a gateway tells of the tenants that VOICEBOX_METRICS_TENANTS names; all others together are `other`. */
export const usageMetrics = {
  tenantSessionsOpen: {
    kind: 'gauge',
    name: 'voicebox_tenant_sessions_open',
    help: 'Sessions of a tenant that this gateway drives now.',
    labels: { tenant: 'configured' },
  },
  tenantResponses: {
    kind: 'counter',
    name: 'voicebox_tenant_responses_total',
    help: 'Responses of a tenant that ended.',
    labels: { tenant: 'configured', status: ['completed', 'cancelled', 'incomplete', 'failed'] },
  },
  tenantTokens: {
    kind: 'counter',
    name: 'voicebox_tenant_tokens_total',
    help: 'Tokens of the responses of a tenant, as its clients are told them; `cached` are a part of the input.',
    labels: { tenant: 'configured', kind: ['input_text', 'input_audio', 'cached', 'output_text', 'output_audio'] },
  },
} as const satisfies MetricTable
