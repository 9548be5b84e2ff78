import type { Session } from '@voicebox/protocol'
import type { SessionState } from './state.ts'

type Voice = Session['audio']['output']['voice']

/** A voice by its name, whether the client gave a name or an id object. */
export function voiceName(voice: Voice): string {
  return typeof voice === 'string' ? voice : voice.id
}

/** Whether asking for this voice must be refused: assistant audio was sent with another. */
export function isVoiceLocked(state: SessionState, voice: Voice): boolean {
  return state.hasSpoken && voiceName(voice) !== voiceName(state.session.audio.output.voice)
}
