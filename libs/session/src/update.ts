import type { ClientEventOf, Session, SessionPatch } from '@voicebox/protocol'
import { act, type Draft, send, set } from './draft.ts'
import { refuse, type Refusal } from './refuse.ts'
import { voiceLockedRefusal } from './response.ts'
import type { SessionState } from './state.ts'
import { unsupportedInSession } from './unsupported.ts'
import { changeBuffer, dropUtterance } from './utterance.ts'
import { isVoiceLocked } from './voice.ts'

/** `session.update`: merges what is present, or refuses and changes nothing. */
export function updateSession(draft: Draft, event: ClientEventOf<'session.update'>): void {
  const refusal = refusalOf(draft.state, event.session)
  if (refusal !== null) return refuse(draft, event, refusal)
  const before = draft.state.session.audio.input.turn_detection
  const session = merge(draft.state.session, event.session)
  set(draft, { session })
  const turnDetection = session.audio.input.turn_detection
  if (JSON.stringify(turnDetection) !== JSON.stringify(before)) {
    if (before === null) leavePushToTalk(draft)
    act(draft, { kind: 'configure_listening', turnDetection, floorMs: draft.state.buffer.startMs })
  }
  send(draft, { type: 'session.updated', session })
}

/** The latest of the uncommitted audio stays in the buffer, for the turn that is to be found after it; no more is kept of silence either. */
function leavePushToTalk(draft: Draft): void {
  dropUtterance(draft)
  const { startMs, heardMs } = draft.state.buffer
  changeBuffer(draft, { startMs: Math.max(startMs, heardMs - draft.state.limits.keptSilenceMs) })
}

/** Objects of one kind are merged field by field; what is a choice between kinds (turn detection, format, …) is replaced whole. */
function merge(session: Session, patch: SessionPatch): Session {
  return {
    ...session,
    ...patch,
    audio: {
      input: { ...session.audio.input, ...patch.audio?.input },
      output: { ...session.audio.output, ...patch.audio?.output },
    },
  }
}

function refusalOf(state: SessionState, patch: SessionPatch): Refusal | null {
  const { session } = state
  if (patch.model !== undefined && patch.model !== session.model) {
    return {
      code: 'invalid_value',
      message: `The model of a session cannot change: it is '${session.model}'.`,
      param: 'session.model',
    }
  }
  const voice = patch.audio?.output?.voice
  if (voice !== undefined && isVoiceLocked(state, voice)) return voiceLockedRefusal
  const isTracingChanged =
    patch.tracing !== undefined && JSON.stringify(patch.tracing) !== JSON.stringify(session.tracing)
  if (session.tracing !== null && isTracingChanged) {
    return { code: 'invalid_value', message: 'Tracing cannot change once it is on.', param: 'session.tracing' }
  }
  return unsupportedInSession(patch)
}
