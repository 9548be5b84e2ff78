import type { ItemId } from '@voicebox/kernel'
import type { Item } from '@voicebox/protocol'
import { type Draft, makeId, send, set } from './draft.ts'
import { addEntry, lastItemId } from './entries.ts'
import type { PartAddress } from './effect.ts'
import type { ActiveResponse } from './state.ts'

/** Opens the response's output item and its one part, at the first output. */
export function openItem(draft: Draft, response: ActiveResponse): ActiveResponse & { itemId: ItemId } {
  const itemId = makeId(draft, 'item')
  const opened = { ...response, itemId }
  const item = { ...outputItem(response, itemId, 'in_progress'), content: [] }
  set(draft, { response: opened })
  send(draft, { type: 'response.output_item.added', response_id: response.id, output_index: 0, item })
  addEntry(draft, { item, transcription: 'none', audioMs: 0 }, lastItemId(draft.state))
  const part =
    response.modality === 'audio' ? { type: 'audio' as const, transcript: '' } : { type: 'text' as const, text: '' }
  send(draft, { type: 'response.content_part.added', ...partAddress(response, itemId), part })
  return opened
}

/** Says that the part is final, with what it has. */
export function closePart(draft: Draft, response: ActiveResponse, itemId: ItemId): void {
  const at = partAddress(response, itemId)
  const { text } = response
  if (response.modality === 'text') {
    send(draft, { type: 'response.output_text.done', ...at, text })
    return send(draft, { type: 'response.content_part.done', ...at, part: { type: 'text', text } })
  }
  send(draft, { type: 'response.output_audio.done', ...at })
  send(draft, { type: 'response.output_audio_transcript.done', ...at, transcript: text })
  send(draft, { type: 'response.content_part.done', ...at, part: { type: 'audio', transcript: text } })
}

/** The response's output as an item of the conversation. */
export function outputItem(
  response: ActiveResponse,
  itemId: ItemId,
  status: 'in_progress' | 'completed' | 'incomplete',
): Extract<Item, { role: 'assistant' }> {
  const { text, modality } = response
  return {
    id: itemId,
    object: 'realtime.item',
    type: 'message',
    status,
    role: 'assistant',
    content: [modality === 'audio' ? { type: 'output_audio', transcript: text } : { type: 'output_text', text }],
  }
}

export function partAddress(response: ActiveResponse, itemId: ItemId): PartAddress {
  return { response_id: response.id, item_id: itemId, output_index: 0, content_index: 0 }
}
