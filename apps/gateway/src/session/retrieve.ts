import { encodeKept, type Resamplers } from '@voicebox/audio'
import type { Item, ServerEventBody } from '@voicebox/protocol'
import type { Effect } from '@voicebox/session'
import type { Work } from './work.ts'

/** An item as `conversation.item.retrieved` shows it: with its audio, as far as that is still kept. */
export async function retrieve(
  { item, audio }: Pick<Extract<Effect, { kind: 'show_item' }>, 'item' | 'audio'>,
  work: Pick<Work, 'loadAudio'>,
  resamplers: Resamplers,
): Promise<ServerEventBody> {
  if (audio === null) return { type: 'conversation.item.retrieved', item }
  const pcm = await work.loadAudio(item.id, audio)
  if (pcm.byteLength === 0) return { type: 'conversation.item.retrieved', item }
  const base64 = await encodeKept(resamplers, {
    pcm,
    fromRateHz: audio.origin === 'heard' ? 16_000 : 24_000,
    format: audio.format,
    ms: audio.ms,
  })
  return { type: 'conversation.item.retrieved', item: withAudio(item, base64) }
}

function withAudio(item: Item, audio: string): Item {
  if (item.type !== 'message') return item
  if (item.role === 'user') {
    return { ...item, content: item.content.map((part) => (part.type === 'input_audio' ? { ...part, audio } : part)) }
  }
  if (item.role === 'system') return item
  return { ...item, content: item.content.map((part) => (part.type === 'output_audio' ? { ...part, audio } : part)) }
}
