import type { Session } from '@voicebox/protocol'
import type { Refusal } from './refuse.ts'
import type { SessionState } from './state.ts'

type Voice = Session['audio']['output']['voice']

/** A voice by its name, whether the client gave a name or an id object. */
export function voiceName(voice: Voice): string {
  return typeof voice === 'string' ? voice : voice.id
}

/** Whether asking for this voice must be refused: assistant audio was sent with another, and it is not the session's as it stands. */
export function isVoiceLocked({ spokenVoice, session }: SessionState, voice: Voice): boolean {
  return spokenVoice !== null && ![spokenVoice, voiceName(session.audio.output.voice)].includes(voiceName(voice))
}

/** The refusal of another voice once the conversation has assistant audio. */
export const voiceLockedRefusal: Refusal = {
  code: 'cannot_update_voice',
  message: "Cannot update a conversation's voice if assistant audio is present.",
}
