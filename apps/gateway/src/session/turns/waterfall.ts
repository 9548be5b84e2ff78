import type { Waterfall } from '@voicebox/streams'
import type { JobTimes, TurnTimes } from './turn-times.ts'

/** What is known of a turn. Every stage lies within the turn and takes no less than nothing, whatever clocks say. */
export function waterfallOf(turn: TurnTimes, nowMs: number): Waterfall {
  const { traceId, cause, responseId, status, jobs } = turn
  const startedAtMs = turn.startedAtMs ?? nowMs
  const endMs = Math.max(startedAtMs, turn.endedAtMs ?? nowMs)
  const within = (ms: number): number => Math.min(Math.max(ms, startedAtMs), endMs)
  const since = (ms: number): number => Math.round(within(ms) - startedAtMs)
  const stages = [...gatewayStages(turn), ...[...jobs.values()].flatMap((job) => jobStages(job, endMs))]
    .filter(({ fromMs, untilMs }) => fromMs >= startedAtMs || untilMs > startedAtMs) // what a live engine did before is over
    .map(({ name, fromMs, untilMs }) => ({
      name,
      atMs: since(fromMs),
      ms: Math.max(0, since(untilMs) - since(fromMs)),
    }))
    .sort((one, other) => one.atMs - other.atMs)
  const last = turn.endedAtMs === null ? endMs : (turn.lastSentAtMs ?? endMs)
  return {
    traceId,
    startedAtMs: Math.round(startedAtMs),
    cause,
    responseId,
    status,
    firstMs: turn.firstSentAtMs === null ? null : since(turn.firstSentAtMs),
    totalMs: since(last),
    stages,
    engines: Object.fromEntries([...jobs.values()].map(({ stage, engine }) => [stage, engine])),
  }
}

interface Stretch {
  name: string
  fromMs: number
  untilMs: number
}

function gatewayStages({
  startedAtMs,
  stoppedAtMs,
  audioWrittenAtMs,
  firstHeardAtMs,
  firstSentAtMs,
}: TurnTimes): Stretch[] {
  return [
    stretch('endpointing', startedAtMs, stoppedAtMs),
    stretch('audio.write', stoppedAtMs, audioWrittenAtMs),
    stretch('delivery', firstHeardAtMs, firstSentAtMs),
  ].flat()
}

/** An attempt that has not said that it ended goes on until the turn ends. */
function jobStages(job: JobTimes, endMs: number): Stretch[] {
  const { stage, segment, attempt, wantedAtMs, sentAtMs, begunAtMs, firstAtMs, cutAtMs } = job
  const name = segment === null ? stage : `${stage}.${segment}`
  const endedAtMs = begunAtMs === null ? null : (job.endedAtMs ?? endMs)
  return [
    stretch(`${name}.commit`, wantedAtMs, sentAtMs),
    stretch(`${name}.wait`, sentAtMs, begunAtMs ?? (sentAtMs === null ? null : endMs)),
    stretch(attempt > 1 ? `${name}#${attempt}` : name, begunAtMs, endedAtMs),
    stretch(`${name}.first`, stage === 'stt' || stage === 'mcp' ? null : begunAtMs, firstAtMs),
    stretch(`${name}.cut`, firstAtMs, cutAtMs),
  ].flat()
}

function stretch(name: string, fromMs: number | null, untilMs: number | null): Stretch[] {
  return fromMs === null || untilMs === null ? [] : [{ name, fromMs, untilMs }]
}
