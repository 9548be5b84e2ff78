import { describe, expect, it } from 'vitest'
import { gatewayMetrics } from './gateway-metrics.ts'
import { housekeeperMetrics } from './housekeeper-metrics.ts'
import { jobMetrics, laneMetrics } from './lane-metrics.ts'
import { makeMetrics } from './metrics.ts'

const all = { ...gatewayMetrics, ...jobMetrics, ...laneMetrics, ...housekeeperMetrics }

/** The value of a series, as `/metrics` tells it; null: it is not there. */
async function told(metrics: { text(): Promise<string> }, series: string): Promise<number | null> {
  const line = (await metrics.text()).split('\n').find((one) => one.startsWith(`${series} `))
  return line === undefined ? null : Number(line.slice(series.length))
}

describe('Metrics', () => {
  it('tell which process they are of, and what Node knows of it', async () => {
    const metrics = makeMetrics({ service: 'gateway', table: gatewayMetrics })
    expect(await told(metrics, 'voicebox_process_info{service="gateway"}')).toBe(1)
    expect(await told(metrics, 'process_resident_memory_bytes')).toBeGreaterThan(1_000_000)
  })

  it('begin at zero, so that a rate can be told from the first event on', async () => {
    const metrics = makeMetrics({ service: 'gateway', table: gatewayMetrics })
    expect(await told(metrics, 'voicebox_sessions_total{outcome="resumed"}')).toBe(0)
    metrics.meters.sessions.add(2, { outcome: 'resumed' })
    metrics.meters.throttledEvents.add(1)
    expect(await told(metrics, 'voicebox_sessions_total{outcome="resumed"}')).toBe(2)
    expect(await told(metrics, 'voicebox_throttled_events_total')).toBe(1)
  })

  it('ask for what they follow when they are read', async () => {
    const metrics = makeMetrics({ service: 'gateway', table: gatewayMetrics })
    let open = 1
    metrics.meters.sessionsOpen.follow(() => open)
    metrics.meters.serviceAvailable.follow(() => open > 1, { service: 'speech' })
    expect(await told(metrics, 'voicebox_service_available{service="speech"}')).toBe(0)
    open = 5
    expect(await told(metrics, 'voicebox_sessions_open')).toBe(5)
    expect(await told(metrics, 'voicebox_service_available{service="speech"}')).toBe(1)
  })

  it('count into buckets', async () => {
    const metrics = makeMetrics({ service: 'gateway', table: gatewayMetrics })
    metrics.meters.commitSeconds.observe(0.002)
    expect(await told(metrics, 'voicebox_commit_seconds_bucket{le="0.001"}')).toBe(0)
    expect(await told(metrics, 'voicebox_commit_seconds_bucket{le="0.0025"}')).toBe(1)
  })

  it('have a bounded number of series, whatever the lanes are called', async () => {
    const metrics = makeMetrics({ service: 'housekeeper', table: laneMetrics })
    for (let at = 0; at < 300; at += 1) metrics.meters.laneDepth.set(at, { lane: `jobs:llm:${at}` })
    const series = (await metrics.text()).split('\n').filter((line) => line.startsWith('voicebox_lane_depth{'))
    expect(series).toHaveLength(101)
    expect(series.at(-1)).toBe('voicebox_lane_depth{lane="other"} 299')
    metrics.meters.laneDepth.set(7, { lane: 'jobs:llm:0' })
    expect(await told(metrics, 'voicebox_lane_depth{lane="jobs:llm:0"}')).toBe(7)
  })

  it('are named once each', () => {
    const tables = [gatewayMetrics, jobMetrics, laneMetrics, housekeeperMetrics]
    const keys = tables.flatMap((table) => Object.keys(table))
    const names = Object.values(all).map(({ name }) => name)
    expect(new Set(keys).size).toBe(keys.length)
    expect(new Set(names).size).toBe(names.length)
  })
})

describe('A label', () => {
  it('that the table does not have is refused by the compiler', () => {
    const { meters } = makeMetrics({ service: 'gateway', table: { ...gatewayMetrics, ...jobMetrics } })
    const wrong = [
      // @ts-expect-error there is no such outcome
      () => meters.sessions.add(1, { outcome: 'eaten' }),
      // @ts-expect-error the labels are missing
      () => meters.sessions.add(1),
      // @ts-expect-error this one has none
      () => meters.throttledEvents.add(1, { outcome: 'opened' }),
      // @ts-expect-error and this one has two
      () => meters.jobs.add(1, { outcome: 'done' }),
    ]
    expect(wrong).toHaveLength(4)
  })
})
