import type { ClientEventOf } from '@voicebox/protocol'
import { isAway } from './away.ts'
import { type Draft, send } from './draft.ts'
import { changeEntry, findEntry } from './entries.ts'
import { heardWords } from './heard.ts'
import { spokenOf } from './output.ts'
import { awayRefusal, missingItem, refuse, type Refusal } from './refuse.ts'
import { responsesIn } from './responses.ts'
import type { Entry } from './state.ts'

/** `conversation.item.truncate`: an item of the assistant keeps the audio that was heard, and the model sees the words of that. */
export function truncateItem(draft: Draft, event: ClientEventOf<'conversation.item.truncate'>): void {
  const response = responsesIn(draft.state).find(({ output }) => output.some(({ item }) => item.id === event.item_id))
  const known = findEntry(draft.state, event.item_id)
  const entry = known && response?.modality === 'audio' ? { ...known, ...spokenOf(response, known) } : known
  if (isAway(draft.state, event.item_id)) {
    return refuse(draft, event, awayRefusal('item_truncate_invalid_item_id', event.item_id))
  }
  if (entry === undefined) {
    return refuse(draft, event, missingItem('item_truncate_invalid_item_id', 'truncating', event.item_id))
  }
  const refusal = refusalOf(entry, response?.modality === 'audio', event)
  if (refusal !== null) return refuse(draft, event, refusal)
  const { item_id, content_index, audio_end_ms } = event
  const cut = { ...entry.item, content: [{ type: 'output_audio' as const }] } as Entry['item']
  const heard = heardWords(entry.segments, audio_end_ms)
  const { audio, segments } = entry
  changeEntry(draft, item_id, { item: cut, heard, audio, segments, audioMs: Math.min(audio_end_ms, entry.audioMs) })
  send(draft, { type: 'conversation.item.truncated', item_id, content_index, audio_end_ms })
}

function refusalOf(
  { item, audioMs }: Entry,
  isBeingSpoken: boolean,
  event: ClientEventOf<'conversation.item.truncate'>,
): Refusal | null {
  const isMessage = item.type === 'message' && item.role === 'assistant'
  if (!isMessage || !(isBeingSpoken || item.content.some((part) => part.type === 'output_audio'))) {
    return { code: 'unsupported_content_type', message: 'Only model output audio messages can be truncated' }
  }
  if (event.content_index !== 0) {
    const message = `Content index ${event.content_index} does not exist: the item has one part.`
    return { code: 'invalid_value', message, param: 'content_index' }
  }
  if (event.audio_end_ms <= Math.ceil(audioMs)) return null
  const message = `Audio content of ${Math.floor(audioMs)}ms is already shorter than ${event.audio_end_ms}ms`
  return { code: 'invalid_value', message, param: 'audio_end_ms' }
}
