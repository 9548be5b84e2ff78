import { newSpanId } from '@voicebox/kernel'
import type { Span } from '@voicebox/telemetry'
import type { JobTimes, TurnTimes } from './turn-times.ts'
import { waterfallOf } from './waterfall.ts'

/** What a turn is of, as its root span says it. */
export type TurnAttributes = Span['attributes']

const jobNames = { stt: 'recognize', llm: 'generate', tts: 'speak', mcp: 'call tool' } as const

/** A turn that is over, as this gateway saw it: workers tell of theirs themselves. None where nobody records it. */
export function turnSpans(turn: TurnTimes, nowMs: number, attributes: TurnAttributes): Span[] {
  const { traceId, spanId, startedAtMs, status } = turn
  if (spanId === null || startedAtMs === null) return []
  const { stages, firstMs, totalMs } = waterfallOf(turn, nowMs)
  const endMs = Math.max(startedAtMs, turn.endedAtMs ?? nowMs)
  const root: Span = {
    traceId,
    spanId,
    parentId: null,
    name: 'turn',
    startMs: startedAtMs,
    endMs,
    attributes: {
      ...attributes,
      'voicebox.cause': turn.cause,
      'voicebox.outcome': status,
      'voicebox.total_ms': totalMs,
      ...(firstMs !== null && { 'voicebox.first_ms': firstMs }),
      ...(turn.responseId !== null && { 'voicebox.response.id': turn.responseId }),
      ...(turn.itemId !== null && { 'voicebox.item.id': turn.itemId }),
    },
    ...(status === 'failed' && { failure: status }),
  }
  const own = stages.filter(({ name }) => ownStages.has(name.replace(/^.*\.commit$/, 'commit')))
  return [
    root,
    ...own.map(({ name, atMs, ms }): Span => {
      const startMs = startedAtMs + atMs
      const times = { startMs, endMs: startMs + ms }
      return { traceId, spanId: newSpanId(), parentId: spanId, name: shownName(name), ...times, attributes: {} }
    }),
    ...[...turn.jobs.values()].flatMap((job) => jobSpan(turn, spanId, job, endMs)),
  ]
}

const ownStages: ReadonlySet<string> = new Set(['endpointing', 'audio.write', 'commit', 'delivery'])

const shownName = (name: string): string => name.replace(/^.*\.commit$/, 'commit').replace('.', ' ')

/** From when the session wanted it until its last result came: what its workers' spans are in. */
function jobSpan({ traceId }: TurnTimes, parentId: string, job: JobTimes, endMs: number): Span[] {
  const { stage, spanId, wantedAtMs, heardAtMs, engine } = job
  if (spanId === null || wantedAtMs === null) return []
  const attributes = { 'voicebox.engine': engine, 'voicebox.attempt': job.attempt }
  const times = { startMs: wantedAtMs, endMs: Math.max(wantedAtMs, heardAtMs ?? endMs) }
  return [{ traceId, spanId, parentId, name: jobNames[stage], ...times, attributes }]
}
