import { type Clock, type Log, newSpanId, newTraceId, type SessionId, traceparentOf } from '@voicebox/kernel'
import type { ServerEventBody } from '@voicebox/protocol'
import type { Effect, Errand, Input, SessionState } from '@voicebox/session'
import { type JobTrace, maxLatestTurns, type Stamp, type Waterfall, type WorkerResult } from '@voicebox/streams'
import type { Spans } from '@voicebox/telemetry'
import type { Pipeline } from '../../models.ts'
import type { SentBody } from '../sent-body.ts'
import { makeOpenTurns } from './open-turns.ts'
import { noteResult } from './note-result.ts'
import { turnSpans } from './turn-spans.ts'
import { makeJobTimes, type Stage, type TurnTimes } from './turn-times.ts'
import { waterfallOf } from './waterfall.ts'
import { wantsWaterfall, withWaterfall } from './waterfall-metadata.ts'

/** Takes the times of a session's turns. It changes nothing of what happens in them and never waits. */
export interface Turns {
  /** What a step has brought about, before that is performed. */
  happened(input: Input, effects: readonly Effect[]): void
  /** What a job that is put on its lane now belongs to. */
  traceOf(errand: Errand | undefined): { trace?: JobTrace }
  /** What a worker said, before the session hears it. */
  heard(result: WorkerResult, stamp: Stamp | null): void
  /** What shall be sent, with the waterfall where it was asked for. */
  shown(effect: SendEffect): SendEffect
  /** An event was given to the socket. */
  sent(body: SentBody): void
  /** The latest turns that are over, in a ring of eight, by their place in it. */
  readonly latest: ReadonlyMap<string, Waterfall>
  /** The session is left: what is open ends. */
  close(): void
}

export interface TurnsOptions {
  sessionId: SessionId
  tenantId: string
  pipeline: Pipeline
  state(): SessionState
  /** How long the silence was that ended the user's turn. */
  pausedMs(): number
  /** Resolves when the audio that was handed over so far is written. */
  audioWritten(): Promise<void>
  /** Those before this process had the session. */
  latest: ReadonlyMap<string, Waterfall>
  /** An answer to speech begins to sound, so long after the speech ended; `traceId`: of the turn, if it is recorded. */
  onFirstAudio(ms: number, traceId?: string): void
  /** There is another turn that is over. */
  onOver(): void
  spans: Spans | null
  clock: Clock
  log: Log
}

type SendEffect = Extract<Effect, { kind: 'send' }>

export function makeTurns(options: TurnsOptions): Turns {
  const { sessionId, tenantId, pipeline, spans, clock, log } = options
  const open = makeOpenTurns((turn) => finish(turn, 'abandoned'))
  const latest = new Map(options.latest)
  let place = placeAfter(latest)
  let speechAtMs = -Infinity

  function begin(cause: TurnTimes['cause'], startedAtMs: number | null): TurnTimes {
    const traceId = newTraceId()
    const spanId = spans?.samples(traceId) === true ? newSpanId() : null
    const ids = { traceId, spanId, itemId: null, responseId: null }
    const unknown = { stoppedAtMs: null, audioWrittenAtMs: null, firstHeardAtMs: null, firstSentAtMs: null }
    const end = { lastSentAtMs: null, endedAtMs: null, status: 'in_progress' }
    return { ...ids, ...unknown, ...end, cause, startedAtMs, jobs: new Map() }
  }

  function want(turn: TurnTimes | undefined, subject: string, stage: Stage, segment: number | null = null): void {
    if (turn === undefined || turn.jobs.size >= maxJobs) return
    const spanId = turn.spanId === null ? null : newSpanId()
    const engine = engineOf(stage, pipeline)
    turn.jobs.set(subject, makeJobTimes({ stage, segment, spanId, wantedAtMs: clock.now(), engine }))
    open.name(subject, turn)
  }

  /** The utterance is an item now. */
  function committed(input: Input, itemId: string): TurnTimes {
    const nowMs = clock.now()
    const turn = open.of(itemId) ?? begin('commit', nowMs)
    open.name(itemId, turn)
    const isSpeech = input.kind !== 'client_event'
    turn.itemId = itemId
    turn.cause = isSpeech ? 'speech' : 'commit'
    turn.startedAtMs = isSpeech ? Math.max(nowMs - options.pausedMs(), speechAtMs) : nowMs // audio may come all at once
    turn.stoppedAtMs = nowMs
    void Promise.resolve() // what belongs to the utterance is handed over first
      .then(options.audioWritten)
      .then(() => (turn.audioWrittenAtMs = clock.now()))
    return turn
  }

  /** A response that answers what was just said belongs to that turn. */
  function answered(event: Extract<ServerEventBody, { type: 'response.created' }>): TurnTimes {
    const { id, conversation_id } = event.response
    const said = conversation_id === null ? undefined : open.unanswered()
    const turn = said ?? begin('response', clock.now())
    turn.responseId = id as TurnTimes['responseId']
    open.name(id, turn)
    return turn
  }

  function happened(input: Input, effects: readonly Effect[]): void {
    let current: TurnTimes | undefined
    if (input.kind === 'speech_started') speechAtMs = clock.now()
    for (const effect of effects) {
      switch (effect.kind) {
        case 'transcribe': {
          const { itemId } = effect.request
          const turn = open.of(itemId) ?? current ?? begin('item', input.kind === 'speech_started' ? null : clock.now())
          want(turn, itemId, 'stt')
          break
        }
        case 'generate':
          want(open.of(effect.request.responseId), effect.request.responseId, 'llm')
          break
        case 'speak':
          want(open.of(effect.responseId), segmentName(effect), 'tts', effect.segment)
          break
        case 'call_tool':
          want(open.of(effect.itemId), effect.itemId, 'mcp')
          break
        case 'drop_utterance':
          open.forget(effect.itemId)
          break
        case 'send':
          current = told(input, effect.event) ?? current
          break
        default:
      }
    }
    if (current !== undefined && current.jobs.size === 0 && current.responseId === null) open.drop(current)
  }

  function told(input: Input, event: ServerEventBody): TurnTimes | undefined {
    switch (event.type) {
      case 'input_audio_buffer.committed':
        return committed(input, event.item_id)
      case 'response.created':
        return answered(event)
      case 'response.output_item.added': {
        const turn = open.of(event.response_id)
        if (turn !== undefined && event.item.type === 'mcp_call') open.name(event.item.id, turn)
        return undefined
      }
      default:
        return undefined
    }
  }

  function finish(turn: TurnTimes, status: string): void {
    if (open.drop(turn) === 'gone' || turn.startedAtMs === null) return
    turn.status = status
    turn.endedAtMs ??= clock.now()
    const waterfall = waterfallOf(turn, clock.now())
    const { traceId, startedAtMs: _, ...numbers } = waterfall
    log.info({ sessionId, tenantId, traceId, ...numbers, stages: namedStages(waterfall) }, 'A turn is over')
    latest.set(String(place), waterfall)
    place = (place + 1) % maxLatestTurns
    options.onOver()
    if (turn.spanId !== null) spans?.record(turnSpans(turn, clock.now(), attributes()))
  }

  function attributes(): Record<string, string> {
    const { model, tracing } = options.state().session
    const names = tracing === null || tracing === 'auto' ? {} : tracing
    return {
      'voicebox.tenant.id': tenantId,
      'voicebox.session.id': sessionId,
      'voicebox.model': model,
      ...(names.workflow_name !== undefined && { 'voicebox.workflow': names.workflow_name.slice(0, maxNameLength) }),
      ...(names.group_id !== undefined && { 'voicebox.group': names.group_id.slice(0, maxNameLength) }),
    }
  }

  return {
    happened,
    traceOf(errand) {
      const subject = errand === undefined ? null : subjectOf(errand)
      const turn = subject === null ? undefined : open.of(subject)
      const job = subject === null ? undefined : turn?.jobs.get(subject)
      if (turn === undefined || job === undefined) return {}
      const { traceId } = turn
      const sentAtMs = clock.now()
      job.sentAtMs = sentAtMs
      const traceparent = job.spanId === null ? {} : { traceparent: traceparentOf({ traceId, spanId: job.spanId }) }
      return { trace: { sentAtMs, ...traceparent } }
    },
    heard(result, stamp) {
      const turn = open.of('responseId' in result ? result.responseId : result.itemId)
      if (turn === undefined) return
      noteResult(turn, result, stamp, { nowMs: clock.now(), engineOf: (stage) => engineOf(stage, pipeline) })
      const isTranscript = result.kind === 'transcript_final' || result.kind === 'transcript_failed'
      if (isTranscript && turn.responseId === null && turn.itemId !== null)
        finish(turn, result.kind === 'transcript_final' ? 'transcribed' : 'failed')
    },
    shown(effect) {
      const { event } = effect
      if (event.type !== 'response.done') return effect
      const { response } = event
      const turn = open.of(response.id ?? '')
      if (turn === undefined) return effect
      turn.status = response.status ?? turn.status
      if (!wantsWaterfall(options.state().session.tracing, response.metadata)) return effect
      const metadata = withWaterfall(response.metadata, waterfallOf(turn, clock.now()))
      return { ...effect, event: { ...event, response: { ...response, metadata } } }
    },
    sent(body) {
      if (body.kind === 'show') return
      const isDone = body.kind === 'event' && body.event.type === 'response.done'
      const isOutput = body.kind === 'audio' || body.event.type === 'response.output_text.delta'
      if (!isDone && !isOutput) return
      const turn = open.of(responseOf(body))
      if (turn === undefined) return
      if (isDone) return finish(turn, turn.status)
      turn.lastSentAtMs = clock.now()
      if (turn.firstSentAtMs !== null) return
      turn.firstSentAtMs = turn.lastSentAtMs
      if (body.kind !== 'audio' || turn.itemId === null || turn.startedAtMs === null) return
      const traceId = turn.spanId === null ? undefined : turn.traceId
      options.onFirstAudio(turn.firstSentAtMs - turn.startedAtMs, traceId)
    },
    latest,
    close() {
      for (const turn of open.all()) finish(turn, 'left')
    },
  }
}

/** After the newest. */
function placeAfter(latest: ReadonlyMap<string, Waterfall>): number {
  const [newest] = [...latest].sort(([, one], [, other]) => other.startedAtMs - one.startedAtMs)
  return newest === undefined ? 0 : (Number(newest[0]) + 1) % maxLatestTurns
}

/** Of a turn, at most; segments beyond are not looked at. */
const maxJobs = 64
const maxNameLength = 128

const segmentName = (about: { responseId: string; segment: number }): string => `${about.responseId}/${about.segment}`

/** What an errand is asked about, by which its answer is known; null where nobody is asked. */
function subjectOf(errand: Errand): string | null {
  switch (errand.kind) {
    case 'transcribe':
      return errand.request.itemId
    case 'generate':
      return errand.request.responseId
    case 'speak':
      return segmentName(errand)
    case 'call_tool':
      return errand.itemId
    default:
      return null
  }
}

function engineOf(stage: Stage, { stt, llm, tts }: Pipeline): string {
  return { stt, llm, tts, mcp: 'mcp' }[stage]
}

function responseOf(body: Exclude<SentBody, { kind: 'show' }>): string {
  if (body.kind === 'audio') return body.part.response_id
  const { event } = body
  if (event.type === 'response.done') return event.response.id ?? ''
  return event.type === 'response.output_text.delta' ? event.response_id : ''
}

const namedStages = ({ stages }: Waterfall): Record<string, number> =>
  Object.fromEntries(stages.map(({ name, ms }) => [name, ms]))
