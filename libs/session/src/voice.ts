import type { Session } from '@voicebox/protocol'
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
