import type { Session, ShownSession, Tool, TranscriptionSession } from '@voicebox/protocol'
import type { SessionState } from './state.ts'

/** The session as its client may see it: of the type that it is, and without the secrets of its tools. */
export function shownSession({ type, session }: Pick<SessionState, 'type' | 'session'>): ShownSession {
  return type === 'transcription'
    ? transcriptionView(session)
    : { ...session, tools: session.tools.map(withoutSecrets) }
}

function withoutSecrets(tool: Tool): Tool {
  if (tool.type === 'function') return tool
  const { authorization: _authorization, headers: _headers, ...shown } = tool
  const [address] = (shown.server_url ?? '').split('?') // what follows may be a key
  return address === undefined || shown.server_url === undefined ? shown : { ...shown, server_url: address }
}

function transcriptionView({ id, expires_at, audio: { input }, include }: Session): TranscriptionSession {
  const { format, transcription, noise_reduction, turn_detection: detection } = input
  return {
    type: 'transcription',
    object: 'realtime.transcription_session',
    id,
    expires_at,
    audio: { input: { format, transcription, noise_reduction, turn_detection: detection && detectionView(detection) } },
    include,
  }
}

/** Nothing follows a turn here, so nothing is said of what would. */
function detectionView(
  detection: NonNullable<Session['audio']['input']['turn_detection']>,
): TranscriptionSession['audio']['input']['turn_detection'] {
  if (detection.type === 'semantic_vad') return { type: 'semantic_vad', eagerness: detection.eagerness }
  const { type, threshold, prefix_padding_ms, silence_duration_ms } = detection
  return { type, threshold, prefix_padding_ms, silence_duration_ms }
}
