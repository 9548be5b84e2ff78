import type { ItemId, ResponseId, SessionId } from '@voicebox/kernel'
import type { Item, ResponseObject, Session } from '@voicebox/protocol'
import type { AudioRef, FinishReason, TokenCounts } from './input.ts'

/** A conversation's whole state: plain data, never changed in place. */
export interface SessionState {
  /** The effective session, as `session.updated` echoes it. */
  readonly session: Session
  readonly conversationId: string
  readonly limits: SessionLimits
  /** Ids are made from this, so that the same history makes the same ids. */
  readonly ids: { readonly space: string; readonly made: number }
  /** The default conversation, oldest first. */
  readonly entries: readonly Entry[]
  readonly buffer: InputBuffer
  /** The default conversation's response in flight. */
  readonly response: ActiveResponse | null
  /** The voice of the assistant audio that was sent, which is locked by it. */
  readonly spokenVoice: string | null
}

export interface SessionLimits {
  /** Longest uncommitted input audio. */
  readonly inputBufferMs: number
  /** How much of the latest silence stays in the buffer while turns are detected. */
  readonly keptSilenceMs: number
  /** Silence of every worker, for one piece of work, after which it is given up. */
  readonly workTimeoutMs: number
  readonly items: number
  /** Text of all items together, in characters. */
  readonly characters: number
  /** Generated audio that waits for an earlier segment. */
  readonly heldAudioSamples: number
  /** The speech-to-text engine listens while the user speaks, so its work begins with the speech. */
  readonly transcribesLive: boolean
}

/** An item and what is known of its speech. */
export interface Entry {
  readonly item: Item
  /** Where its transcript stands; `none` for items that are not spoken by the user. */
  readonly transcription: 'none' | 'pending' | 'done' | 'failed'
  readonly audioMs: number
}

/** The input audio buffer. Positions are milliseconds since the session's first frame. */
export interface InputBuffer {
  /** Where the uncommitted audio begins. */
  readonly startMs: number
  /** How much was heard in all. */
  readonly heardMs: number
  /** The item that the open utterance will become; null while nobody speaks. */
  readonly itemId: ItemId | null
  /** The open utterance is being transcribed already, while it is spoken. */
  readonly isTranscribing: boolean
  /** Audio beyond the cap was refused, and the client was told so. */
  readonly isFull: boolean
}

export interface ActiveResponse {
  readonly id: ResponseId
  /** As announced in `response.created`. */
  readonly object: ResponseObject
  readonly instructions: string
  readonly modality: 'audio' | 'text'
  /** The conversation as it stood when the response was asked for. */
  readonly itemIds: readonly ItemId[]
  /** Utterances of the context whose transcript must come before the language model can be asked. */
  readonly awaiting: readonly ItemId[]
  /** The output item, once there is output. */
  readonly itemId: ItemId | null
  readonly text: string
  readonly finish: { readonly reason: FinishReason; readonly usage: TokenCounts; readonly segments: number } | null
  readonly speech: SpeechProgress
  readonly inputAudioMs: number
  /** What the language model was given to read, in characters; 0 until it is asked. */
  readonly inputCharacters: number
}

/** How far the audio of a response has been forwarded: segments in order, samples in order within each. */
export interface SpeechProgress {
  readonly segment: number
  /** Samples of that segment sent so far. */
  readonly offset: number
  readonly sentSamples: number
  /** Segments that ended: their length in samples, where they were spoken at all. */
  readonly ended: Readonly<Record<number, number>>
  /** Audio that came before its turn. */
  readonly held: readonly HeldAudio[]
  readonly heldSamples: number
  readonly hasFailed: boolean
}

export interface HeldAudio {
  readonly segment: number
  readonly offset: number
  readonly audio: AudioRef
}

export interface SessionStart {
  session: Session
  sessionId: SessionId
  limits?: Partial<SessionLimits>
}

const defaultLimits: SessionLimits = {
  inputBufferMs: 300_000,
  keptSilenceMs: 10_000,
  workTimeoutMs: 60_000,
  items: 5_000,
  characters: 8_000_000,
  heldAudioSamples: 24_000 * 180,
  transcribesLive: false,
}

/** The state of a session before its first input. Ids are drawn from the session's own, so they are unique to it. */
export function openSession({ session, sessionId, limits }: SessionStart): SessionState {
  const space = sessionId.slice('sess_'.length).padEnd(15, '0').slice(0, 15)
  return {
    session,
    conversationId: `conv_${space}000000`,
    limits: { ...defaultLimits, ...limits },
    ids: { space, made: 0 },
    entries: [],
    buffer: { startMs: 0, heardMs: 0, itemId: null, isTranscribing: false, isFull: false },
    response: null,
    spokenVoice: null,
  }
}
