import type { Log } from '@voicebox/kernel'
import type { Meters, MetricTable } from './metric-definition.ts'

/** What gateways and workers tell of things that name one tenant where they are another's. */
export const tenantMetrics = {
  tenantMismatches: {
    kind: 'counter',
    name: 'voicebox_tenant_mismatches_total',
    help: "What was refused because it names one tenant where it is another's, by what it was. Each is a bug, or somebody writes to Redis.",
    labels: { at: ['job', 'result', 'secret', 'session'] },
  },
} as const satisfies MetricTable

/** Who was named, and who should have been. */
export interface Mismatch {
  at: (typeof tenantMetrics.tenantMismatches.labels.at)[number]
  tenantId: string
  otherTenantId: string
}

/** Logs and counts each. */
export function mismatchTeller(log: Log, meters: Meters<typeof tenantMetrics>): (mismatch: Mismatch) => void {
  return (mismatch) => {
    meters.tenantMismatches.add(1, { at: mismatch.at })
    log.warn({ ...mismatch }, "Something of one tenant was met where it is another's, and refused")
  }
}
