import type { Transcript } from '../transcript.ts'

/** A transcript for people to read: of audio only how much there was, and how much before. */
export function withoutAudio(transcript: Transcript): object {
  const soFar = new Map<string, number>()
  const received = transcript.received.map(({ atMs, event }) => {
    if (event.type === 'conversation.item.retrieved') return { atMs, event: { ...event, item: mute(event.item) } }
    if (event.type !== 'response.output_audio.delta') return { atMs, event }
    const bytes = Buffer.byteLength(event.delta, 'base64')
    const at = soFar.get(event.response_id) ?? 0
    soFar.set(event.response_id, at + bytes)
    return { atMs, event: { ...event, delta: { bytes, at } } }
  })
  return { ...transcript, received }
}

function mute(item: object): unknown {
  return JSON.parse(JSON.stringify(item, (key, value: unknown) => (key === 'audio' ? 'left out' : value)))
}
