import { llmMetrics, sttMetrics, ttsMetrics } from './engine-metrics.ts'
import { gatewayMetrics } from './gateway-metrics.ts'
import { housekeeperMetrics } from './housekeeper-metrics.ts'
import { keyMetrics } from './key-metrics.ts'
import { jobMetrics, laneMetrics, workerMetrics } from './lane-metrics.ts'
import { traceMetrics } from './tracing/trace-metrics.ts'
import { usageMetrics } from './usage-metrics.ts'
import type { MetricDefinition, MetricTable } from './metric-definition.ts'
import { tenantMetrics } from './tenant-metrics.ts'

const { jobs: _, tenantMismatches: __, ...workersAlone } = workerMetrics

const sections: { title: string; table: MetricTable }[] = [
  { title: 'Gateways', table: gatewayMetrics },
  { title: 'Gateways: tenants', table: usageMetrics },
  { title: 'Gateways: keys', table: keyMetrics },
  { title: 'Gateways and workers', table: { ...jobMetrics, ...tenantMetrics } },
  { title: 'Gateways and workers: traces', table: traceMetrics },
  { title: 'Workers', table: workersAlone },
  { title: 'Workers: speech to text', table: sttMetrics },
  { title: 'Workers: language', table: llmMetrics },
  { title: 'Workers: speech', table: ttsMetrics },
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
