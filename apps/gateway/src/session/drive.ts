import { samplesOf, type VoiceActivity } from '@voicebox/audio'
import { sttEngines } from '@voicebox/engines'
import {
  type Clock,
  Failure,
  failureRules,
  type Log,
  messageFor,
  newId,
  type SessionId,
  toFailure,
} from '@voicebox/kernel'
import {
  type ClientEvent,
  defaultSession,
  encodeServerEvent,
  parseClientEvent,
  type ServerEventBody,
  wireError,
} from '@voicebox/protocol'
import { type Effect, type Input, openSession, type SessionLimits, type SessionState, step } from '@voicebox/session'
import type { Welcome } from '../handshake.ts'
import type { Socket, SocketHandlers } from '../transport/index.ts'
import { encodeAudioDelta } from './audio-delta.ts'
import { makeEffectQueue } from './effect-queue.ts'
import { type Listening, openListening } from './listening.ts'
import { every, makeTimers } from './timers.ts'
import type { Leftovers, OpenWork, Work } from './work.ts'

export interface DriverOptions {
  voiceActivity: VoiceActivity
  openWork: OpenWork
  clock: Clock
  log: Log
  limits: Pick<SessionLimits, 'inputBufferMs' | 'workTimeoutMs'>
  /** Gets a promise of when a session that ends has left nothing behind. */
  onLeaving(left: Promise<void>): void
}

/** How long a session may last, as OpenAI has it. */
const sessionLifeS = 3_600
/** Effects that wait for Redis; beyond that the session is given up. */
const maxWaiting = 20_000
/** Silence of the workers after which the session log is asked whether a message was lost. */
const pollMs = 500

/** Drives one session: takes what comes from its socket, its ears and its workers, steps, and performs the effects in order. */
export function driveSession(socket: Socket, welcome: Welcome, options: DriverOptions): SocketHandlers {
  const { clock, log } = options
  const sessionId: SessionId = newId('sess')
  let state = openState(sessionId, welcome, options)
  let isClosed = false

  // What could not be written must not be acknowledged, so the session ends with what waits behind it.
  const effects = makeEffectQueue(maxWaiting, (error) => giveUp(toFailure(error)))
  const timers = makeTimers(clock, (subject) => feed({ kind: 'timer_fired', subject }))
  const listening: Listening = openListening({
    voiceActivity: options.voiceActivity,
    turnDetection: state.session.audio.input.turn_detection,
    keptSilenceMs: state.limits.keptSilenceMs,
    onInput: feed,
    onAudio: (itemId, pcm) => enqueue(() => work.appendAudio(itemId, pcm)),
    onDrop: (itemId) => enqueue(() => work.dropAudio(itemId)),
    onFailure: (error) => giveUp(error),
  })
  const work: Work = options.openWork({ sessionId, welcome, onInput: feed, onLost: giveUp })
  const stopPolling = every(clock, pollMs, () => {
    if (timers.armed > 0) void work.poll()
  })

  const stopExpiry = clock.after(sessionLifeS * 1_000, expire)

  log.info({ sessionId, tenantId: welcome.tenantId, model: welcome.model }, 'Session opened')
  feed({ kind: 'connected' })

  function feed(input: Input): void {
    if (isClosed) return
    const [next, made] = step(state, input)
    state = next
    for (const effect of made) perform(effect)
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
        return timers.arm(effect.subject, effect.ms)
      case 'disarm_timer':
        return timers.disarm(effect.subject)
      case 'send':
        return enqueue(() => send(effect.event))
      case 'send_audio':
        return enqueue(() => void socket.send(encodeAudioDelta(effect)))
      case 'free_audio':
        return enqueue(() => work.dropAudio(effect.itemId))
      case 'save_item':
      case 'transcribe':
      case 'generate':
      case 'cancel_work':
        return enqueue(() => work.perform(effect))
    }
  }

  function enqueue(task: () => Promise<void> | void): void {
    if (isClosed || effects.push(() => (isClosed ? undefined : task()))) return
    giveUp(new Failure('capacity', 'session_backlog', 'Too much is waiting in this session'))
  }

  function send(event: ServerEventBody): void {
    socket.send(encodeServerEvent({ ...event, event_id: newId('event') }))
  }

  function refuse(error: Parameters<typeof wireError>[0]): void {
    enqueue(() => send({ type: 'error', error: wireError(error) }))
  }

  function append(base64: string, eventId: string | undefined): void {
    const bytes = Buffer.from(base64, 'base64')
    if (bytes.length % 2 !== 0) {
      const message = `Invalid 'audio'. Expected base64-encoded audio bytes (mono PCM16 at 24kHz) but got an odd number of bytes (${bytes.length}).`
      return refuse({ code: 'invalid_value', message, param: 'audio', event_id: eventId ?? null })
    }
    if (state.buffer.isFull && !listening.isBehind) return // the client was told
    try {
      listening.append(samplesOf(bytes))
    } catch (error) {
      const failure = toFailure(error)
      const message = messageFor(failure, 'The audio could not be taken.')
      const { wireType: type } = failureRules[failure.kind]
      refuse({ type, code: failure.code, message, param: 'audio', event_id: eventId ?? null })
    }
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
    const message = `Your session hit the maximum duration of ${sessionLifeS / 60} minutes.`
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
    log.info({ sessionId }, 'Session closed')
    options.onLeaving(effects.idle().then(() => work.close(leftoversOf(state))))
  }

  return {
    onText(text) {
      if (isClosed) return
      const parsed = parseClientEvent(text)
      if (parsed.ok && parsed.event.type === 'input_audio_buffer.append')
        return append(parsed.event.audio, parsed.event.event_id)
      if (parsed.ok && turnsDetectionOn(parsed.event)) listening.expectTurns()
      // An event acts on the audio before it, which may still be on its way through the ears.
      const isTaken = listening.whenHeard(() => {
        if (!parsed.ok) refuse(parsed.error)
        else if (parsed.event.type !== 'input_audio_buffer.append') feed({ kind: 'client_event', event: parsed.event })
      })
      if (!isTaken) giveUp(new Failure('capacity', 'session_backlog', 'Too many events are waiting'))
    },
    onBinary: () => refuse({ code: 'invalid_event', message: 'Binary frames are not supported: send JSON text.' }),
    onDrain: () => {},
    onClose: leave,
  }
}

function turnsDetectionOn(event: ClientEvent): boolean {
  return event.type === 'session.update' && !!event.session.audio?.input?.turn_detection
}

function openState(sessionId: SessionId, { model, pipeline }: Welcome, options: DriverOptions): SessionState {
  const expiresAt = Math.floor(options.clock.now() / 1000) + sessionLifeS
  const session = defaultSession({ id: sessionId, model, voice: pipeline.voice, expiresAt })
  return openSession({
    session,
    sessionId,
    limits: { ...options.limits, transcribesLive: sttEngines[pipeline.stt].mode === 'live' },
  })
}

/** What must be stopped and freed when a session ends: work in progress, and items that have audio. */
function leftoversOf({ response, buffer, entries }: SessionState): Leftovers {
  const pending = entries.filter((entry) => entry.transcription === 'pending').map((entry) => entry.item.id)
  const open = buffer.itemId === null ? [] : [buffer.itemId]
  return {
    subjects: [...pending, ...open, ...(response === null ? [] : [response.id])],
    spokenItemIds: [
      ...open,
      ...entries.filter((entry) => entry.transcription !== 'none').map((entry) => entry.item.id),
    ],
  }
}
