import type { SessionId } from '@voicebox/kernel'
import type { AnySessionPatch, Session } from '@voicebox/protocol'
import type { Refusal } from './refuse.ts'
import type { PromptTemplate, SessionLimits, SessionState } from './state.ts'
import { applyPatch, refusalOfPatch } from './update.ts'

export interface SessionStart {
  session: Session
  sessionId: SessionId
  /** `realtime` unless said otherwise. */
  type?: 'realtime' | 'transcription'
  limits?: Partial<SessionLimits>
  prompts?: Readonly<Record<string, PromptTemplate>>
  /** Whether the client is told of its conversation at the start; it is, unless said otherwise. */
  announcesConversation?: boolean
}

const defaultLimits: SessionLimits = {
  inputBufferMs: 300_000,
  keptSilenceMs: 10_000,
  keptAudioMs: 300_000,
  workTimeoutMs: 60_000,
  items: 5_000,
  keepsHistory: false,
  characters: 24_000_000,
  outOfBand: 16,
  heldAudioSamples: 24_000 * 180,
  contextTokens: 32_000,
  transcribesLive: false,
  settlesWords: false,
  apology: 'Sorry, I cannot answer at the moment. Please try again.',
}

/** The state of a session before its first input. Ids are drawn from the session's own, so they are unique to it. */
export function openSession({
  session,
  sessionId,
  type = 'realtime',
  limits,
  prompts = {},
  announcesConversation = true,
}: SessionStart): SessionState {
  const space = sessionId.slice('sess_'.length).padEnd(15, '0').slice(0, 15)
  return {
    type,
    session: type === 'transcription' ? transcribing(session) : session,
    conversationId: `conv_${space}000000`,
    announcesConversation: announcesConversation && type === 'realtime',
    limits: { ...defaultLimits, ...limits },
    prompts,
    ids: { space, made: 0 },
    entries: [],
    away: [],
    recalls: [],
    joined: 0,
    asides: [],
    buffer: { startMs: 0, heardMs: 0, itemId: null, isTranscribing: false, interim: '', isFull: false },
    response: null,
    outOfBand: [],
    listings: [],
    awaitsUser: false,
    spokenVoice: null,
    outages: { transcription: 'none', language: 'none', speech: 'none' },
  }
}

/** Applies settings before the session's first input, as `session.update` would. */
export function configureSession(
  state: SessionState,
  patch: AnySessionPatch,
): { ok: true; state: SessionState } | { ok: false; refusal: Refusal } {
  const refusal = refusalOfPatch(state, patch)
  return refusal === null ? { ok: true, state: applyPatch(state, patch) } : { ok: false, refusal }
}

/** Writing down is what a transcription session is for, so it does so from the start. */
function transcribing(session: Session): Session {
  const transcription = session.audio.input.transcription ?? { model: 'whisper-1', language: null, prompt: null }
  return { ...session, audio: { ...session.audio, input: { ...session.audio.input, transcription } } }
}
