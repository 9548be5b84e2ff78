import type { MetricTable } from './metric-definition.ts'

/** What a gateway tells about the keys that are presented to it, and about where they are kept. */
export const keyMetrics = {
  keyValidations: {
    kind: 'counter',
    name: 'voicebox_key_validations_total',
    help: 'API keys that were checked, by what came of it, and by where the answer was from: `stale` is memory while the database is away.',
    labels: {
      outcome: ['valid', 'unknown', 'revoked', 'expired', 'suspended', 'unavailable'],
      source: ['cache', 'database', 'stale', 'none'],
    },
  },
  keyValidationSeconds: {
    kind: 'histogram',
    name: 'voicebox_key_validation_seconds',
    help: 'How long it took to check an API key.',
    buckets: [0.000_1, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2],
  },
  refusalsSuppressed: {
    kind: 'counter',
    name: 'voicebox_audit_suppressed_total',
    help: 'Failed authentications that the audit log counts together, because there were too many to write down each.',
  },
  databaseAvailable: {
    kind: 'gauge',
    name: 'voicebox_database_available',
    help: 'Whether Postgres answers this gateway (0 or 1).',
  },
} as const satisfies MetricTable
