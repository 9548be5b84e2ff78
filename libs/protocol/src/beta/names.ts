import type { ServerEventType } from '../server-events.ts'

/** Server events that the beta dialect calls otherwise; null: it does not tell of them. */
export const betaNames = {
  'conversation.item.added': 'conversation.item.created',
  'conversation.item.done': null,
  'input_audio_buffer.timeout_triggered': null,
  'mcp_list_tools.in_progress': null,
  'mcp_list_tools.completed': null,
  'mcp_list_tools.failed': null,
  'response.output_text.delta': 'response.text.delta',
  'response.output_text.done': 'response.text.done',
  'response.output_audio.delta': 'response.audio.delta',
  'response.output_audio.done': 'response.audio.done',
  'response.output_audio_transcript.delta': 'response.audio_transcript.delta',
  'response.output_audio_transcript.done': 'response.audio_transcript.done',
  'response.mcp_call_arguments.delta': null,
  'response.mcp_call_arguments.done': null,
  'response.mcp_call.in_progress': null,
  'response.mcp_call.completed': null,
  'response.mcp_call.failed': null,
} as const satisfies Partial<Record<ServerEventType, string | null>>

/** The name of each kind of session’s events; those of a conversation keep theirs. */
export const betaTranscriptionNames = {
  'session.created': 'transcription_session.created',
  'session.updated': 'transcription_session.updated',
} as const satisfies Partial<Record<ServerEventType, string>>

/** Parts of an assistant's item that the beta dialect calls otherwise. */
export const betaPartNames = { output_text: 'text', output_audio: 'audio' } as const
