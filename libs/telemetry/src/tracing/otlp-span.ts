import { type HrTime, type SpanContext, SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api'
import type { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import type { Span } from './span.ts'

/** A span as the exporter wants it. */
export type OtlpSpan = Parameters<OTLPTraceExporter['export']>[0][number]

const instrumentationScope = { name: 'voicebox' }

export function otlpSpan(span: Span, resource: OtlpSpan['resource']): OtlpSpan {
  const { traceId, spanId, parentId, name, startMs, endMs, attributes, failure } = span
  const contextOf = (id: string): SpanContext => ({ traceId, spanId: id, traceFlags: TraceFlags.SAMPLED })
  const context = contextOf(spanId)
  return {
    name,
    kind: SpanKind.INTERNAL,
    spanContext: () => context,
    ...(parentId === null ? {} : { parentSpanContext: contextOf(parentId) }),
    startTime: timeOf(startMs),
    endTime: timeOf(endMs),
    duration: timeOf(endMs - startMs),
    status: failure === undefined ? { code: SpanStatusCode.UNSET } : { code: SpanStatusCode.ERROR, message: failure },
    attributes: { ...attributes },
    links: [],
    events: [],
    ended: true,
    resource,
    instrumentationScope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  }
}

/** Seconds and nanoseconds, to the microsecond. */
function timeOf(ms: number): HrTime {
  const us = Math.round(ms * 1_000)
  return [Math.floor(us / 1e6), (us % 1e6) * 1_000]
}
