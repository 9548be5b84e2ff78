import type { Resamplers, VoiceActivity } from '@voicebox/audio'
import { sttEngines } from '@voicebox/engines'
import { Failure, failureRules, messageFor, newId, type SessionId, toFailure } from '@voicebox/kernel'
import {
  type ClientEvent,
  type ParsedClientEvent,
  type ResponseObject,
  type ServerEventBody,
  wireError,
} from '@voicebox/protocol'
import { type Effect, hearingOf, type Input, type SessionState, step } from '@voicebox/session'
import type { Welcome } from '../handshake.ts'
import type { Socket, SocketHandlers } from '../transport/index.ts'
import { bytesPerSample, makeAudioEncoder, pcmOf } from './audio-delta.ts'
import { makeEffectQueue } from './effect-queue.ts'
import { leftoversOf } from './leftovers.ts'
import { type Listening, openListening } from './listening.ts'
import { refusalOfServers, type RefuseServers } from './mcp-servers.ts'
import { openState, type StateOptions } from './open-state.ts'
import { makePlayout } from './playout.ts'
import { retrieve } from './retrieve.ts'
import { storeAudio } from './store-audio.ts'
import { every, makeTimers } from './timers.ts'
import type { OpenWork, Work } from './work.ts'

export interface DriverOptions extends StateOptions {
  voiceActivity: VoiceActivity
  resamplers: Resamplers
  openWork: OpenWork
  refuseServers: RefuseServers
  /** Gets a promise of when a session that ends has left nothing behind. */
  onLeaving(left: Promise<void>): void
}

/** Effects that wait for Redis; beyond that the session is given up. */
const maxWaiting = 20_000
/** Silence of the workers after which the session log is asked whether a message was lost. */
const pollMs = 500

/** Drives one session: takes what comes from its socket, its ears and its workers, steps, and performs the effects in order. */
export function driveSession(socket: Socket, welcome: Welcome, options: DriverOptions): SocketHandlers {
  const { clock, log } = options
  const { dialect } = welcome
  const sessionId: SessionId = newId('sess')
  let state = openState(sessionId, welcome, options)
  let isClosed = false
  /** The idle timeout that runs, if one does. */
  let idleMs: number | null = null

  // What could not be written must not be acknowledged, so the session ends with what waits behind it.
  const effects = makeEffectQueue(maxWaiting, (error) => giveUp(toFailure(error)))
  const timers = makeTimers(clock, (subject) => feed({ kind: 'timer_fired', subject }))
  const playout = makePlayout(clock)
  const encoder = makeAudioEncoder(options.resamplers)
  const listening: Listening = openListening({
    voiceActivity: options.voiceActivity,
    hearing: hearingOf(state.session),
    keptSilenceMs: state.limits.keptSilenceMs,
    onInput: feed,
    onAudio: (itemId, pcm) => enqueue(() => work.appendAudio(itemId, pcm)),
    onPause: ({ itemId, audioMs }) => peek(itemId, audioMs),
    onDrop: (itemId) => enqueue(() => work.dropAudio(itemId)),
    onFailure: (error) => giveUp(error),
  })
  const work: Work = options.openWork({
    sessionId,
    welcome,
    onInput: feed,
    onWords(itemId, text, audioMs) {
      listening.heardWords({ itemId, text, ...spokenLanguage(), ...(audioMs === null ? {} : { audioMs }) })
    },
    onLimits(limits) {
      if (!isClosed) send({ type: 'rate_limits.updated', rate_limits: limits })
    },
    onLost: giveUp,
  })
  const stopPolling = every(clock, pollMs, () => {
    if (timers.armed > 0) void work.poll()
  })
  const stopExpiry = clock.after(welcome.lifeS * 1_000, expire)

  const { tenantId, model } = welcome
  log.info({ sessionId, tenantId, model, type: welcome.type, dialect: dialect.name }, 'Session opened')
  feed({ kind: 'connected' })

  function feed(input: Input): void {
    if (isClosed) return
    const [next, made] = step(state, input)
    if (next.session.tracing !== state.session.tracing) logTracing(next)
    state = next
    for (const effect of made) perform(effect)
  }

  /** All of a session's jobs and log lines carry its id as their trace: here it meets the names that the client traces by. */
  function logTracing({ session: { tracing } }: SessionState): void {
    if (tracing === null) return
    const names =
      tracing === 'auto' ? {} : { workflow: tracing.workflow_name, group: tracing.group_id, metadata: tracing.metadata }
    log.info({ sessionId, traceId: sessionId, ...names }, 'Session traced')
  }

  /** What concerns the ears and the timers is done at once; all else goes through the queue, so that its order holds. */
  function perform(effect: Effect): void {
    switch (effect.kind) {
      case 'open_utterance':
      case 'close_utterance':
      case 'drop_utterance':
      case 'reset_listening':
      case 'configure_listening':
        return listening.perform(effect)
      case 'arm_timer':
        if (effect.afterPlayout) idleMs = effect.ms
        return timers.arm(effect.subject, effect.ms + (effect.afterPlayout ? playout.leftMs : 0))
      case 'disarm_timer':
        if (effect.subject === 'idle') idleMs = null
        return timers.disarm(effect.subject)
      case 'send':
        if (isCutShort(effect.event)) stopPlayout()
        return enqueue(() => {
          send(effect.event)
          if (effect.event.type === 'response.done') settle(effect.event.response)
        })
      case 'send_audio':
        playout.sent(effect.audio.samples - effect.skip)
        return enqueue(() => sendAudio(effect))
      case 'end_audio':
        return enqueue(() => sendIfAny(encoder.end(effect)))
      case 'show_item':
        return enqueue(async () => send(await retrieve(effect, work, options.resamplers)))
      case 'store_audio':
        return enqueue(() => storeAudio(effect, work, options.resamplers))
      case 'free_audio':
        return enqueue(() => work.dropAudio(effect.itemId))
      case 'save_item':
      case 'forget_item':
      case 'transcribe':
      case 'generate':
      case 'list_tools':
      case 'call_tool':
      case 'cancel_work':
        return enqueue(() => work.perform(effect))
    }
  }

  /** The client plays no more; who waits for the end of that waits from now on. */
  function stopPlayout(): void {
    playout.stop()
    if (idleMs !== null) timers.arm('idle', idleMs)
  }

  function enqueue(task: () => Promise<void> | void): void {
    if (isClosed || effects.push(() => (isClosed ? undefined : task()))) return
    giveUp(new Failure('capacity', 'session_backlog', 'Too much is waiting in this session'))
  }

  function send(event: ServerEventBody): void {
    const text = dialect.encode({ ...event, event_id: newId('event') })
    if (text !== null) socket.send(text)
  }

  /** Nothing waits for it. */
  function settle({ id, usage }: ResponseObject): void {
    void work.settle(id, usage?.total_tokens ?? 0)
  }

  function sendIfAny(event: ServerEventBody | null): void {
    if (event !== null) send(event)
  }

  function sendAudio(effect: Extract<Effect, { kind: 'send_audio' }>): void {
    const { keep, skip } = effect
    sendIfAny(encoder.encode(effect))
    if (keep !== null) work.keepSpeech(keep.itemId, keep.atSample * bytesPerSample, pcmOf(effect.audio, skip))
  }

  function refuse(error: Parameters<typeof wireError>[0]): void {
    enqueue(() => send({ type: 'error', error: wireError(error) }))
  }

  function append(base64: string, eventId: string | undefined): void {
    const about = { param: 'audio', event_id: eventId ?? null }
    if (state.buffer.isFull && !listening.isBehind) return // the client was told
    listening.append(Buffer.from(base64, 'base64'), (refusal) => {
      if (refusal.kind === 'malformed') return refuse({ code: 'invalid_value', message: refusal.message, ...about })
      const { failure } = refusal
      const { wireType: type } = failureRules[failure.kind]
      refuse({ type, code: failure.code, message: messageFor(failure, 'The audio could not be taken.'), ...about })
    })
  }

  /** An engine that listens live tells the words so far by itself. */
  function peek(itemId: string, audioMs: number): void {
    if (state.limits.transcribesLive) return
    enqueue(() => work.peek(itemId, audioMs, spokenLanguage().language ?? null))
  }

  function spokenLanguage(): { language?: string } {
    const { language: only } = sttEngines[welcome.pipeline.stt]
    const language = state.session.audio.input.transcription?.language ?? only
    return language === null ? {} : { language }
  }

  /** An event acts on the audio before it, which may still be on its way through the ears. */
  function receive(parsed: ParsedClientEvent): void {
    if (!parsed.ok) return refuse(parsed.error)
    const { event } = parsed
    if (event.type === 'input_audio_buffer.append') return append(event.audio, event.event_id)
    const refusal = refusalOfServers(options.refuseServers, event)
    if (refusal !== null) return refuse({ ...refusal, event_id: event.event_id ?? null })
    feed({ kind: 'client_event', event })
  }

  function giveUp(error: Error): void {
    if (isClosed) return
    const failure = toFailure(error)
    log.warn({ sessionId, error: failure }, 'Session given up')
    const { code } = failure
    send({
      type: 'error',
      error: wireError({ type: 'server_error', code, message: 'The session cannot go on: connect again.' }),
    })
    socket.close(1011, `server_error.${code}`)
    leave()
  }

  function expire(): void {
    const message = `Your session hit the maximum duration of ${durationText(welcome.lifeS)}.`
    send({ type: 'error', error: wireError({ code: 'session_expired', message }) })
    socket.close(1001, message)
    leave()
  }

  function leave(): void {
    if (isClosed) return
    isClosed = true
    stopPolling()
    stopExpiry()
    timers.close()
    listening.close()
    encoder.close()
    log.info({ sessionId }, 'Session closed')
    options.onLeaving(effects.idle().then(() => work.close(leftoversOf(state))))
  }

  return {
    onText(text) {
      if (isClosed) return
      const parsed = dialect.parse(text)
      if (parsed.ok && parsed.event.type === 'input_audio_buffer.append') return receive(parsed)
      const mayChangeHearing = parsed.ok && changesHearing(parsed.event)
      const isTaken = listening.whenHeard(() => receive(parsed), { mayChangeHearing, size: text.length })
      if (!isTaken) giveUp(new Failure('capacity', 'session_backlog', 'Too many events are waiting'))
    },
    onBinary: () => refuse({ code: 'invalid_event', message: 'Binary frames are not supported: send JSON text.' }),
    onDrain: () => {},
    onClose: leave,
  }
}

function changesHearing(event: ClientEvent): boolean {
  return event.type === 'session.update' && event.session.audio?.input !== undefined
}

/** Whether a client stops playing at this: it was interrupted, or cancelled what it hears. */
function isCutShort(event: ServerEventBody): boolean {
  if (event.type === 'response.done') return event.response.status === 'cancelled'
  return event.type === 'input_audio_buffer.speech_started' || event.type === 'conversation.item.truncated'
}

function durationText(seconds: number): string {
  return seconds % 60 === 0 ? `${seconds / 60} minutes` : `${seconds} seconds`
}
