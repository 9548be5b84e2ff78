import { sleep } from '@voicebox/kernel'
import type { ClientEvent } from '@voicebox/protocol'
import type { Conversation, Turn } from '../plan/conversations.ts'
import { lookUpTool, silenceMs } from '../stage/answers.ts'
import type { TurnRecord } from '../transcript.ts'
import { Stuck } from './inbox.ts'
import type { Line } from './line.ts'
import { type Microphone, openMicrophone } from './microphone.ts'
import type { Recordings } from './recordings.ts'
import { callRoll } from './roll-call.ts'
import { playTurn } from './turns.ts'

export interface ConverseOptions {
  line: Line
  recordings: Recordings
  now(): number
  /** No more turns are begun. */
  signal: AbortSignal
  /** Reads which events the server has kept, before the session is over. */
  readJournal(line: Line): Promise<readonly number[] | null>
}

/** Holds a conversation, then one turn more that shows that the session lives, asks for all items, and ends the session. */
export async function converse(conversation: Conversation, options: ConverseOptions): Promise<void> {
  const { line, signal } = options
  let made = 0
  const name = (prefix: string): string => `${prefix}_${(made += 1)}`
  line.send({ type: 'session.update', event_id: name('event'), session: sessionOf(conversation) })
  const microphone = conversation.kind === 'spoken' ? openMicrophone(line, conversation.frameMs) : null
  try {
    for (const { turn, pauseMs } of conversation.turns) {
      if (signal.aborted) break
      await play(turn, { ...options, microphone, name })
      await sleep(pauseMs)
    }
    await play(lastTurn(conversation), { ...options, microphone, name })
    microphone?.close()
    await callRoll({ line, name })
    line.transcript.journal = await options.readJournal(line)
  } catch (error) {
    if (!(error instanceof Stuck)) throw error
  } finally {
    microphone?.close()
    await line.close()
  }
}

interface PlayOptions extends ConverseOptions {
  microphone: Microphone | null
  name(prefix: string): string
}

async function play(turn: Turn, { line, now, recordings, microphone, name }: PlayOptions): Promise<void> {
  const startedAtMs = Math.round(now())
  const record: TurnRecord = { turn, startedAtMs, endedAtMs: null, stuckOn: null, speech: null }
  line.transcript.turns.push(record)
  line.mark()
  try {
    await playTurn({ line, microphone, recordings, record, name }, turn)
    record.endedAtMs = Math.round(now())
  } catch (error) {
    if (error instanceof Stuck) record.stuckOn = error.message
    throw error
  }
}

function lastTurn({ kind, turns }: Conversation): Turn {
  const recording = turns.flatMap(({ turn }) => (turn.kind === 'speak' ? [turn.recording] : []))[0]
  return kind === 'spoken'
    ? { kind: 'speak', recording: recording ?? 'what-time-is-it', interruptedAfterMs: null }
    : { kind: 'ask', words: 'This is the last of it.', modality: 'audio' }
}

function sessionOf({ kind }: Conversation): Extract<ClientEvent, { type: 'session.update' }>['session'] {
  const transcription = { model: 'whisper-1', language: null, prompt: null }
  const turn_detection =
    kind === 'spoken'
      ? {
          type: 'server_vad' as const,
          threshold: 0.5,
          prefix_padding_ms: 300,
          silence_duration_ms: silenceMs,
          idle_timeout_ms: null,
          create_response: true,
          interrupt_response: true,
        }
      : null
  return { type: 'realtime', tools: [lookUpTool], audio: { input: { transcription, turn_detection } } }
}
