import { isBase64 } from './base64.ts'
import type { ServerEvent, ServerEventOf } from './server-events.ts'

/** Encodes a server event as the text frame to send. */
export function encodeServerEvent(event: ServerEvent): string {
  const pasted = event.type === 'response.output_audio.delta' ? pasteAudioDelta(event, event.type) : undefined
  return pasted ?? JSON.stringify(event)
}

export type AudioDelta = ServerEventOf<'response.output_audio.delta'>

/**
 * The frame of a delta under the name that its dialect has for it; undefined where something in it needs escaping. Audio is
 * most of what is sent: pasted, it costs a quarter of what JSON.stringify takes to look for quotes in it.
 */
export function pasteAudioDelta(event: AudioDelta, type: string): string | undefined {
  if (!isPlain(event)) return undefined
  return (
    `{"type":"${type}","event_id":"${event.event_id}","response_id":"${event.response_id}",` +
    `"item_id":"${event.item_id}","output_index":${event.output_index},"content_index":${event.content_index},` +
    `"delta":"${event.delta}"}`
  )
}

/** Whether nothing in the event needs escaping, and nothing but the known fields is there. */
function isPlain(event: AudioDelta): boolean {
  return (
    Object.keys(event).length === 7 &&
    [event.event_id, event.response_id, event.item_id].every((id) => plainId.test(id)) &&
    Number.isSafeInteger(event.output_index) &&
    Number.isSafeInteger(event.content_index) &&
    isBase64(event.delta)
  )
}

const plainId = /^[\w-]+$/
