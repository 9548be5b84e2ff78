import { pauseAwaitingUser } from './await-user.ts'
import { type Draft, send } from './draft.ts'
import { endResponse } from './end-response.ts'
import { isLost } from './outage.ts'
import { refuse } from './refuse.ts'
import { activeResponseRefusal } from './response.ts'
import { startResponse } from './start-response.ts'
import { transcribe } from './transcribe.ts'
import { changeBuffer, commitUtterance, openUtterance } from './utterance.ts'

/** The user began to speak: an utterance opens, and unless the session says otherwise the answer in flight ends (barge-in). */
export function startSpeech(draft: Draft, startMs: number): void {
  const { session, buffer, response, limits } = draft.state
  const detection = session.audio.input.turn_detection
  if (detection === null || buffer.itemId !== null) return
  pauseAwaitingUser(draft)
  const fromMs = Math.max(startMs, buffer.startMs)
  const itemId = openUtterance(draft, fromMs)
  send(draft, { type: 'input_audio_buffer.speech_started', audio_start_ms: Math.round(fromMs), item_id: itemId })
  if (detection.interrupt_response && response !== null) {
    endResponse(draft, response, {
      status: 'cancelled',
      status_details: { type: 'cancelled', reason: 'turn_detected' },
    })
  }
  if (!limits.transcribesLive || isLost(draft.state, 'transcription')) return
  changeBuffer(draft, { isTranscribing: true })
  transcribe(draft, itemId)
}

/** The user fell silent for long enough. */
export function stopSpeech(draft: Draft, endMs: number): void {
  if (draft.state.session.audio.input.turn_detection === null) return
  endTurn(draft, endMs)
}

/** Ends the user's turn: the utterance is committed and, unless the session says otherwise, answered. */
export function endTurn(draft: Draft, endMs: number): void {
  const { session, buffer } = draft.state
  const itemId = buffer.itemId
  if (itemId === null) return
  send(draft, { type: 'input_audio_buffer.speech_stopped', audio_end_ms: Math.round(endMs), item_id: itemId })
  commitUtterance(draft, itemId, endMs - buffer.startMs)
  if (draft.state.type === 'transcription' || !session.audio.input.turn_detection?.create_response) return
  const active = draft.state.response
  if (active === null) startResponse(draft, undefined)
  else refuse(draft, null, activeResponseRefusal(active.id))
}
