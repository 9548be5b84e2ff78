import type { Session } from '@voicebox/protocol'
import type { SpeechSettings } from './effect.ts'
import type { Refusal } from './refuse.ts'
import type { ActiveResponse, SessionState } from './state.ts'

type Voice = Session['audio']['output']['voice']

/** A voice by its name, whether the client gave a name or an id object. */
export function voiceName(voice: Voice): string {
  return typeof voice === 'string' ? voice : voice.id
}

/** How a response is spoken. */
export function speechOf({ session }: SessionState, { object }: ActiveResponse): SpeechSettings {
  return { voice: voiceName(object.audio.output.voice), speed: session.audio.output.speed }
}

/** Whether assistant audio was sent with another voice than this. */
export function isOtherVoice({ spokenVoice }: SessionState, voice: Voice): boolean {
  return spokenVoice !== null && voiceName(voice) !== spokenVoice
}

/** Whether the session cannot take this voice: another was heard, and it is not the session's as it stands. */
export function isVoiceLocked(state: SessionState, voice: Voice): boolean {
  return isOtherVoice(state, voice) && voiceName(voice) !== voiceName(state.session.audio.output.voice)
}

/** The refusal of another voice once the conversation has assistant audio. */
export const voiceLockedRefusal: Refusal = {
  code: 'cannot_update_voice',
  message: "Cannot update a conversation's voice if assistant audio is present.",
}
