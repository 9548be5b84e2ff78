import { Counter, Gauge, Histogram, Registry, type RegistryContentType, collectDefaultMetrics } from 'prom-client'
import type { Meters, MetricDefinition, MetricTable } from './metric-definition.ts'

export interface Metrics<T extends MetricTable = MetricTable> {
  readonly meters: Meters<T>
  /** Everything as Prometheus reads it, what Node tells of the process included. */
  text(): Promise<string>
  readonly contentType: string
}

export interface MetricsOptions<T extends MetricTable> {
  service: string
  table: T
  /** Whether histograms name traces by which their values came about. The text is OpenMetrics then, which alone can say so. */
  hasExemplars?: boolean
}

/** Makes the metrics of a process: those of its table, and those of Node. */
export function makeMetrics<const T extends MetricTable>(options: MetricsOptions<T>): Metrics<T> {
  const { hasExemplars = false } = options
  const registry: AnyRegistry = new Registry<RegistryContentType>()
  if (hasExemplars) registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 25 })
  const about = {
    name: 'voicebox_process_info',
    help: 'Which part of voicebox this process is.',
    labelNames: ['service'],
  }
  new Gauge({ ...about, registers: [registry] }).set({ service: options.service }, 1)
  const meters = Object.fromEntries(
    Object.entries<MetricDefinition>(options.table).map(([key, definition]) => [
      key,
      makeMeter(definition, registry, hasExemplars),
    ]),
  )
  return {
    meters: meters as Meters<T>,
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}

type Labels = Record<string, string>
type AnyRegistry = Registry<RegistryContentType>

function makeMeter(definition: MetricDefinition, registry: AnyRegistry, hasExemplars: boolean): object {
  const { kind, name, help, labels = {}, buckets } = definition
  const about = { name, help, labelNames: Object.keys(labels), registers: [registry] }
  const bounded = boundLabels(labels)
  switch (kind) {
    case 'counter': {
      const counter = new Counter(about)
      for (const known of combinations(labels)) counter.inc(known, 0) // a rate can only be told from a counter that was there
      return { add: (by: number, given: Labels = {}) => counter.inc(bounded(given), by) }
    }
    case 'gauge': {
      const reads: { read: () => number | boolean; given: Labels }[] = []
      const gauge = new Gauge({
        ...about,
        collect() {
          for (const { read, given } of reads) this.set(given, Number(read()))
        },
      })
      return {
        set: (value: number, given: Labels = {}) => gauge.set(bounded(given), value),
        follow: (read: () => number | boolean, given: Labels = {}) => reads.push({ read, given: bounded(given) }),
      }
    }
    case 'histogram': {
      const histogram = new Histogram({
        ...about,
        ...(buckets && { buckets: [...buckets] }),
        enableExemplars: hasExemplars,
      })
      return {
        observe(value: number, ...about: unknown[]) {
          const given = bounded((Object.keys(labels).length > 0 ? about.shift() : {}) as Labels)
          if (!hasExemplars) return histogram.observe(given, value)
          const [traceId] = about as [string | undefined]
          histogram.observe({
            labels: given,
            value,
            ...(traceId !== undefined && { exemplarLabels: { trace_id: traceId } }),
          })
        },
      }
    }
  }
}

/** More values of one label than any configuration has; what comes after them counts as `other`. */
const maxConfigured = 100

/** Keeps a label that takes its values from the configuration from making series without end. */
function boundLabels(labels: NonNullable<MetricDefinition['labels']>): (given: Labels) => Labels {
  const seen = new Map(Object.keys(labels).map((label) => [label, new Set<string>()]))
  const bound = (label: string, value: string): string => {
    const values = seen.get(label)
    if (values === undefined || values.has(value)) return value
    if (values.size >= maxConfigured) return 'other'
    values.add(value)
    return value
  }
  return (given) => {
    let isBounded = true
    for (const label in given) isBounded &&= bound(label, given[label] ?? '') === given[label]
    if (isBounded) return given // nearly always, and some of these are made for every frame
    return Object.fromEntries(Object.entries(given).map(([label, value]) => [label, bound(label, value)] as const))
  }
}

/** Every set of labels that can come, where the table names all values of all labels; else none. */
function combinations(labels: NonNullable<MetricDefinition['labels']>): Labels[] {
  let sets: Labels[] = [{}]
  for (const [label, values] of Object.entries(labels)) {
    if (values === 'configured') return []
    sets = sets.flatMap((set) => values.map((value) => ({ ...set, [label]: value })))
  }
  return sets
}
