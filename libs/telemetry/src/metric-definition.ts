/** One metric, as its table says it. Names begin with `voicebox_`; a unit is part of the name. */
export interface MetricDefinition {
  kind: 'counter' | 'gauge' | 'histogram'
  name: `voicebox_${string}`
  /** One sentence, shown by /metrics and in docs/metrics.md. */
  help: string
  /** A label and its values, all of them; or `configured`: few values that only the configuration names. Never an id, never a tenant. */
  labels?: Record<string, readonly string[] | 'configured'>
  /** Upper bounds of a histogram's buckets. */
  buckets?: readonly number[]
}

export type MetricTable = Record<string, MetricDefinition>

/** The labels that a value of this metric must name, as an argument list. */
type LabelsOf<D> = D extends { labels: infer L }
  ? [labels: { [K in keyof L]: L[K] extends readonly (infer V)[] ? V : string }]
  : []

interface Counter<D> {
  add(by: number, ...labels: LabelsOf<D>): void
}

interface Gauge<D> {
  set(value: number, ...labels: LabelsOf<D>): void
  /** Asks for the value whenever the metrics are read. */
  follow(read: () => number | boolean, ...labels: LabelsOf<D>): void
}

interface Histogram<D> {
  /** `traceId`: the trace in which it was observed, if it is recorded. */
  observe(value: number, ...about: [...labels: LabelsOf<D>, traceId?: string | undefined]): void
}

export type Meter<D> = D extends { kind: 'counter' }
  ? Counter<D>
  : D extends { kind: 'gauge' }
    ? Gauge<D>
    : D extends { kind: 'histogram' }
      ? Histogram<D>
      : never

/** What code counts with: one meter for each metric of the table, by its key there. */
export type Meters<T extends MetricTable> = { readonly [K in keyof T]: Meter<T[K]> }
