import type { MetricTable } from '../metric-definition.ts'

/** What a process tells of the spans that it recorded. */
export const traceMetrics = {
  spans: {
    kind: 'counter',
    name: 'voicebox_spans_total',
    help: 'Spans by what became of them: `failed` were not taken by the collector, `dropped` found no room to wait.',
    labels: { outcome: ['exported', 'failed', 'dropped'] },
  },
} as const satisfies MetricTable
