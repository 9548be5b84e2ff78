/** A dashboard in Grafana's own form, as far as ours need it. */
export interface Dashboard {
  uid: string
  title: string
  panels: readonly Panel[]
}

/** One chart: what it shows, and why somebody looks at it. */
export interface Panel {
  title: string
  /** One sentence for whoever is woken by it. */
  about: string
  unit: 'short' | 's' | 'percentunit' | 'reqps' | 'bytes'
  /** PromQL and the name of its series, by Grafana's templates. */
  queries: readonly { expr: string; legend: string }[]
  /** Where it turns red. */
  limit?: number
}

const width = 12
const height = 8

/** The JSON that Grafana imports. Two panels stand beside each other. */
export function dashboardJson({ uid, title, panels }: Dashboard): object {
  return {
    uid: `voicebox-${uid}`,
    title: `AgentVoiceBox: ${title}`,
    tags: ['voicebox'],
    editable: true,
    refresh: '10s',
    schemaVersion: 39,
    time: { from: 'now-1h', to: 'now' },
    timezone: 'browser',
    templating: {
      list: [{ name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Data source', hide: 0 }],
    },
    panels: panels.map(panelJson),
  }
}

function panelJson({ title, about, unit, queries, limit }: Panel, index: number): object {
  const steps = [{ color: 'green', value: null }, ...(limit === undefined ? [] : [{ color: 'red', value: limit }])]
  return {
    id: index + 1,
    type: 'timeseries',
    title,
    description: about,
    datasource: { type: 'prometheus', uid: '${datasource}' },
    gridPos: { x: (index % 2) * width, y: Math.floor(index / 2) * height, w: width, h: height },
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
        thresholds: { mode: 'absolute', steps },
        custom: { lineWidth: 1, fillOpacity: 10, thresholdsStyle: { mode: limit === undefined ? 'off' : 'line' } },
      },
      overrides: [],
    },
    options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
    targets: queries.map(({ expr, legend }, at) => ({
      refId: String.fromCharCode(65 + at),
      expr,
      legendFormat: legend,
      exemplar: expr.includes('_bucket'),
    })),
  }
}

const window = '$__rate_interval'

/** The median and the slowest of a hundred, of a histogram. */
export function quantiles(metric: string, by: string | null = null): Panel['queries'] {
  const labels = by === null ? 'le' : `le, ${by}`
  return [0.5, 0.99].map((quantile) => ({
    expr: `histogram_quantile(${quantile}, sum by (${labels}) (rate(${metric}_bucket[${window}])))`,
    legend: by === null ? `p${quantile * 100}` : `p${quantile * 100} {{${by}}}`,
  }))
}

/** How many a second, of a counter. */
export function rate(metric: string, by: string): Panel['queries'] {
  return [{ expr: `sum by (${by}) (rate(${metric}[${window}]))`, legend: `{{${by}}}` }]
}
