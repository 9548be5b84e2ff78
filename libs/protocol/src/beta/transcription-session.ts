import type { TranscriptionSession } from '../transcription-session.ts'
import { type BetaAudioFormat, betaFormatOf } from './audio-format.ts'

type Input = TranscriptionSession['audio']['input']

/** A transcription session as the beta dialect shows it. */
export interface FlatTranscriptionSession {
  id: string
  object: 'realtime.transcription_session'
  expires_at: number
  input_audio_format: BetaAudioFormat
  input_audio_transcription: Input['transcription']
  input_audio_noise_reduction: Input['noise_reduction']
  turn_detection: Input['turn_detection']
  include: TranscriptionSession['include']
}

/** Shows a transcription session as the beta dialect knows it. */
export function flatTranscriptionSession(session: TranscriptionSession): FlatTranscriptionSession {
  const { input } = session.audio
  return {
    id: session.id,
    object: session.object,
    expires_at: session.expires_at,
    input_audio_format: betaFormatOf(input.format),
    input_audio_transcription: input.transcription,
    input_audio_noise_reduction: input.noise_reduction,
    turn_detection: input.turn_detection,
    include: session.include,
  }
}
