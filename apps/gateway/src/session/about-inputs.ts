import type { ClientEvent, ServerEventBody } from '@voicebox/protocol'
import { responsesIn, type SessionState } from '@voicebox/session'

/** Somebody speaks, or is answered. */
export function isBusy(state: SessionState): boolean {
  const isHeard = state.entries.some(({ transcription }) => transcription === 'pending')
  return responsesIn(state).length > 0 || state.buffer.itemId !== null || isHeard
}

export function changesHearing(event: ClientEvent): boolean {
  return event.type === 'session.update' && event.session.audio?.input !== undefined
}

/** Whether a client stops playing at this: it was interrupted, or cancelled what it hears. */
export function isCutShort(event: ServerEventBody): boolean {
  if (event.type === 'response.done') return event.response.status === 'cancelled'
  return event.type === 'input_audio_buffer.speech_started' || event.type === 'conversation.item.truncated'
}
