import type { AnySessionPatch, ClientEventOf, Session, SessionPatch } from '@voicebox/protocol'
import { idleTimeoutMs, resumeAwaitingUser } from './await-user.ts'
import { act, type Draft, send } from './draft.ts'
import type { HearingSettings } from './effect.ts'
import { listServers } from './mcp-listing.ts'
import { refusalOfPrompt } from './prompt.ts'
import { refuse, type Refusal } from './refuse.ts'
import { shownSession } from './shown.ts'
import type { SessionState } from './state.ts'
import { refusalOfTools } from './tool-refusal.ts'
import { changeBuffer, dropUtterance } from './utterance.ts'
import { isVoiceLocked, voiceLockedRefusal } from './voice.ts'

/** `session.update`: merges what is present, or refuses and changes nothing. */
export function updateSession(draft: Draft, event: ClientEventOf<'session.update'>): void {
  const refusal = refusalOfPatch(draft.state, event.session)
  if (refusal !== null) return refuse(draft, event, refusal)
  const before = hearingOf(draft.state.session)
  const idleMs = idleTimeoutMs(draft.state)
  draft.state = applyPatch(draft.state, event.session)
  if (idleTimeoutMs(draft.state) !== idleMs) {
    if (idleMs !== null) act(draft, { kind: 'disarm_timer', subject: 'idle' })
    resumeAwaitingUser(draft)
  }
  const hearing = hearingOf(draft.state.session)
  if (JSON.stringify(hearing) !== JSON.stringify(before)) {
    if (before.turnDetection === null && hearing.turnDetection !== null) leavePushToTalk(draft)
    act(draft, { kind: 'configure_listening', hearing, floorMs: draft.state.buffer.startMs })
  }
  send(draft, { type: 'session.updated', session: shownSession(draft.state) })
  if ('tools' in event.session) listServers(draft, draft.state.session.tools)
}

/** Merges valid changes. Objects of one kind are merged field by field; what is a choice between kinds (turn detection, format, …) is replaced whole. */
export function applyPatch(state: SessionState, patch: AnySessionPatch): SessionState {
  const { session } = state
  const { type: _type, audio, ...fields } = patch
  const output = audio !== undefined && 'output' in audio ? audio.output : undefined
  const merged: Session = {
    ...session,
    ...fields,
    audio: {
      input: { ...session.audio.input, ...audio?.input },
      output: { ...session.audio.output, ...output },
    },
  }
  return { ...state, session: merged }
}

/** Why changes cannot be made, beyond what their form says. */
export function refusalOfPatch(state: SessionState, patch: AnySessionPatch): Refusal | null {
  if (patch.type !== state.type) {
    const message = `The type of a session cannot change: it is '${state.type}'.`
    return { code: 'invalid_value', message, param: 'session.type' }
  }
  const { transcription, turn_detection: detection } = { ...state.session.audio.input, ...patch.audio?.input }
  if (transcription?.model === 'gpt-realtime-whisper' && detection !== null && state.type === 'transcription') {
    const message = "The model 'gpt-realtime-whisper' needs turn_detection to be null."
    return { code: 'invalid_value', message, param: 'session.audio.input.turn_detection' }
  }
  return patch.type === 'realtime' ? refusalOfRealtimePatch(state, patch) : null
}

function refusalOfRealtimePatch(state: SessionState, patch: SessionPatch): Refusal | null {
  const { session, response } = state
  if (patch.model !== undefined && patch.model !== session.model) {
    const message = `The model of a session cannot change: it is '${session.model}'.`
    return { code: 'invalid_value', message, param: 'session.model' }
  }
  const output = patch.audio?.output
  if (output?.voice !== undefined && isVoiceLocked(state, output.voice)) return voiceLockedRefusal
  if (output?.speed !== undefined && output.speed !== session.audio.output.speed && response !== null) {
    const message = 'The speed can only change between responses.'
    return { code: 'invalid_value', message, param: 'session.audio.output.speed' }
  }
  const isTracingChanged =
    patch.tracing !== undefined && JSON.stringify(patch.tracing) !== JSON.stringify(session.tracing)
  if (session.tracing !== null && isTracingChanged) {
    return { code: 'invalid_value', message: 'Tracing cannot change once it is on.', param: 'session.tracing' }
  }
  return refusalOfPrompt(state.prompts, patch.prompt, 'session.prompt') ?? refusalOfTools(patch, state, 'session')
}

/** How the session listens. */
export function hearingOf({ audio }: Session): HearingSettings {
  const { turn_detection: turnDetection, format, noise_reduction: noiseReduction } = audio.input
  return { turnDetection, format, noiseReduction }
}

/** The latest of the uncommitted audio stays in the buffer, for the turn that is to be found after it; no more is kept of silence either. */
function leavePushToTalk(draft: Draft): void {
  dropUtterance(draft)
  const { startMs, heardMs } = draft.state.buffer
  changeBuffer(draft, { startMs: Math.max(startMs, heardMs - draft.state.limits.keptSilenceMs) })
}
