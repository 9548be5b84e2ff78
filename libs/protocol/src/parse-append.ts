import { isBase64, maxAudioLength } from './base64.ts'
import type { ClientEventOf } from './client-events.ts'
import { maxEventIdLength } from './event.ts'

/**
 * Reads an `input_audio_buffer.append` that is beyond doubt without the schema's help; anything else is undefined.
 * Ten or more of these arrive per second and session; this reads them in half the time, with the same answer.
 */
export function plainAppend(frame: Record<string, unknown>): ClientEventOf<'input_audio_buffer.append'> | undefined {
  for (const key in frame) {
    if (key !== 'type' && key !== 'audio' && key !== 'event_id') return undefined
  }
  const { type, audio, event_id } = frame
  if (type !== 'input_audio_buffer.append') return undefined
  if (typeof audio !== 'string' || audio.length > maxAudioLength || !isBase64(audio)) return undefined
  if (event_id === undefined) return { type, audio }
  if (typeof event_id !== 'string' || event_id.length > maxEventIdLength) return undefined
  return { type, event_id, audio }
}
