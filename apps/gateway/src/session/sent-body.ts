import type { ServerEventBody } from '@voicebox/protocol'
import type { Effect, PartAddress } from '@voicebox/session'

/** What the journal keeps of an event that was sent: audio as bytes, and no audio at all of an item that was shown. */
export type SentBody =
  | { kind: 'event'; event: ServerEventBody }
  | AudioBody
  | ({ kind: 'show' } & Pick<Extract<Effect, { kind: 'show_item' }>, 'item' | 'audio'>)

/** A piece of generated audio in the format that the client has asked for. */
export interface AudioBody {
  kind: 'audio'
  part: PartAddress
  bytes: Uint8Array
}

export function audioEvent({ part, bytes }: AudioBody): ServerEventBody {
  const delta = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
  return { type: 'response.output_audio.delta', ...part, delta }
}

/** How many bytes a body takes, about. */
export function weightOf(body: SentBody): number {
  return body.kind === 'audio' ? body.bytes.byteLength : JSON.stringify(body).length
}
