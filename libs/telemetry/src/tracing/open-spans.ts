import type { Settings } from '@voicebox/config'
import { type Clock, type Log } from '@voicebox/kernel'
import type { Meters } from '../metric-definition.ts'
import type { OtlpSpan } from './otlp-span.ts'
import { makeSampler } from './sampler.ts'
import { makeSpanQueue } from './span-queue.ts'
import type { Spans } from './span.ts'
import type { traceMetrics } from './trace-metrics.ts'

/** What a process that may record traces reads of its environment. */
export const tracingSettings = [
  'otlpEndpoint',
  'otlpTracesEndpoint',
  'otlpProtocol',
  'otlpHeaders',
  'otlpTimeoutMs',
  'otelServiceName',
  'otelResource',
  'tracesSampler',
  'tracesSamplerArg',
  'spanQueueSize',
  'spanDelayMs',
  'otelDisabled',
] as const satisfies (keyof Settings)[]

export interface SpansOptions {
  config: Pick<Settings, (typeof tracingSettings)[number]>
  /** Which part this process is. */
  part: 'gateway' | 'stt' | 'llm' | 'tts'
  /** This process among all others. */
  instance: string
  meters: Meters<typeof traceMetrics>
  clock: Clock
  log: Log
}

const maxBatch = 256
const leaveWithinMs = 2_000
/** What the exporter is away for is told once in a while. */
const complainEveryMs = 60_000

/** Whether this process records traces. */
export const recordsTraces = (config: SpansOptions['config']): boolean =>
  endpointOf(config) !== null && !config.otelDisabled

/** Where the spans of this process go: to the collector that is configured, or null. OpenTelemetry is not even loaded then. */
export async function openSpans({ config, part, instance, meters, clock, log }: SpansOptions): Promise<Spans | null> {
  const url = endpointOf(config)
  if (url === null || config.otelDisabled) return null
  const [{ OTLPTraceExporter }, { resourceFromAttributes }, { otlpSpan }] = await Promise.all([
    import('@opentelemetry/exporter-trace-otlp-proto'),
    import('@opentelemetry/resources'),
    import('./otlp-span.ts'),
  ])
  const { otlpHeaders: headers, otlpTimeoutMs: timeoutMillis } = config
  const exporter = new OTLPTraceExporter({ url, headers, timeoutMillis })
  const resource = resourceFromAttributes({
    'service.name': config.otelServiceName ?? `voicebox-${part}`,
    'service.instance.id': instance,
    ...config.otelResource,
    'voicebox.part': part,
  })
  let complainedAtMs = -Infinity

  const send = (batch: readonly OtlpSpan[]): Promise<boolean> =>
    new Promise((resolve) =>
      exporter.export([...batch], ({ error }) => {
        if (error !== undefined) complain(error)
        resolve(error === undefined)
      }),
    )

  function complain(error: Error): void {
    if (clock.now() - complainedAtMs < complainEveryMs) return
    complainedAtMs = clock.now()
    log.warn({ error }, 'Spans could not be sent')
  }

  const queue = makeSpanQueue({
    send,
    maxWaiting: config.spanQueueSize,
    maxBatch: Math.min(maxBatch, config.spanQueueSize),
    delayMs: config.spanDelayMs,
    clock,
    onOutcome: (outcome, spans) => meters.spans.add(spans, { outcome }),
  })
  log.info({ url: withoutSecrets(url), sampler: config.tracesSampler }, 'Turns are traced')
  return {
    samples: makeSampler(config),
    record: (spans) => queue.push(spans.map((span) => otlpSpan(span, resource))),
    close: () => queue.close(leaveWithinMs),
  }
}

function endpointOf({ otlpEndpoint, otlpTracesEndpoint }: SpansOptions['config']): string | null {
  if (otlpTracesEndpoint !== undefined) return otlpTracesEndpoint
  return otlpEndpoint === undefined ? null : `${otlpEndpoint.replace(/\/+$/, '')}/v1/traces`
}

function withoutSecrets(url: string): string {
  const { origin, pathname } = new URL(url)
  return origin + pathname
}
