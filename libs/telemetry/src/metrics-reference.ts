import { gatewayMetrics } from './gateway-metrics.ts'
import { housekeeperMetrics } from './housekeeper-metrics.ts'
import { keyMetrics } from './key-metrics.ts'
import { jobMetrics, laneMetrics } from './lane-metrics.ts'
import { traceMetrics } from './tracing/trace-metrics.ts'
import type { MetricDefinition, MetricTable } from './metric-definition.ts'
import { tenantMetrics } from './tenant-metrics.ts'

const sections: { title: string; table: MetricTable }[] = [
  { title: 'Gateways', table: gatewayMetrics },
  { title: 'Gateways: keys', table: keyMetrics },
  { title: 'Gateways and workers', table: { ...jobMetrics, ...tenantMetrics } },
  { title: 'Gateways and workers: traces', table: traceMetrics },
  { title: 'Housekeepers: lanes', table: laneMetrics },
  { title: 'Housekeepers: sessions', table: housekeeperMetrics },
]

/** Renders the metrics as Markdown, for docs/metrics.md. */
export function metricsReference(): string {
  return sections.map(({ title, table }) => `## ${title}\n\n${tableOf(Object.values(table))}`).join('\n\n')
}

function tableOf(definitions: MetricDefinition[]): string {
  const rows = definitions.map(
    ({ name, kind, labels, help }) => `| \`${name}\` | ${kind} | ${labelsOf(labels)} | ${help} |`,
  )
  return ['| metric | kind | labels | meaning |', '|---|---|---|---|', ...rows].join('\n')
}

function labelsOf(labels: MetricDefinition['labels'] = {}): string {
  const shown = Object.entries(labels).map(([label, values]) =>
    values === 'configured' ? `\`${label}\`` : `\`${label}\`: ${values.join(', ')}`,
  )
  return shown.length === 0 ? '–' : shown.join('; ')
}
