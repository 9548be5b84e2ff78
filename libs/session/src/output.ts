import { act, type Draft, makeId, send } from './draft.ts'
import { addEntry, announceDone, changeEntry, entryOf, findEntry, lastItemId } from './entries.ts'
import type { McpServerAddress, PartAddress } from './effect.ts'
import { putResponse } from './responses.ts'
import { samplesToMs, segmentsOf } from './spoken.ts'
import type { ActiveResponse, Entry, Output, OutputItem } from './state.ts'

/** Begins an item of a response: it is announced, and joins the conversation if the response is part of it. */
export function openOutput(
  draft: Draft,
  response: ActiveResponse,
  item: OutputItem,
  { call, server }: { call: number | null; server: McpServerAddress | null } = { call: null, server: null },
): ActiveResponse {
  const output_index = response.output.length
  send(draft, { type: 'response.output_item.added', response_id: response.id, output_index, item })
  if (response.isInConversation) addEntry(draft, entryOf(item, { server }), lastItemId(draft.state))
  return putResponse(draft, { ...response, output: [...response.output, { item, call, phase: 'open' }] })
}

/** Says that an item of a response is final. */
export function closeOutput(draft: Draft, response: ActiveResponse, item: OutputItem): ActiveResponse {
  const output_index = indexOf(response, item.id)
  if (response.isInConversation) {
    changeEntry(draft, item.id, { item: asHeard(draft, item) })
    announceDone(draft, item.id)
  }
  send(draft, { type: 'response.output_item.done', response_id: response.id, output_index, item })
  return changeOutput(draft, response, item, 'done')
}

/** The item as the conversation keeps it: what was truncated while it was spoken stays so. */
function asHeard({ state }: Draft, item: OutputItem): OutputItem {
  const isTruncated = item.type === 'message' && findEntry(state, item.id)?.heard != null
  return isTruncated ? { ...item, content: [{ type: 'output_audio' }] } : item
}

/** Notes what has become of an item. */
export function changeOutput(
  draft: Draft,
  response: ActiveResponse,
  item: OutputItem,
  phase: Output['phase'],
): ActiveResponse {
  const output = response.output.map((other): Output => (other.item.id === item.id ? { ...other, item, phase } : other))
  return putResponse(draft, { ...response, output })
}

/** The message of a response with its one part; opened at the first output, if it is not yet. */
export function openMessage(draft: Draft, response: ActiveResponse): ActiveResponse {
  if (messageOf(response) !== null) return response
  const item = { id: makeId(draft, 'item'), ...messageBase, status: 'in_progress' as const, content: [] }
  const opened = openOutput(draft, response, item)
  const part =
    response.modality === 'audio' ? { type: 'audio' as const, transcript: '' } : { type: 'text' as const, text: '' }
  send(draft, { type: 'response.content_part.added', ...partAddress(opened), part })
  return opened
}

/** Says that the message and its part are final, with what they have. */
export function closeMessage(draft: Draft, response: ActiveResponse, status: 'completed' | 'incomplete'): void {
  const message = messageOf(response)
  if (message === null) return
  const at = partAddress(response)
  const { text, format } = response
  if (response.modality === 'text') {
    send(draft, { type: 'response.output_text.done', ...at, text })
    send(draft, { type: 'response.content_part.done', ...at, part: { type: 'text', text } })
    closeOutput(draft, response, { ...message, status, content: [{ type: 'output_text', text }] })
    return
  }
  act(draft, { kind: 'end_audio', part: at, format })
  send(draft, { type: 'response.output_audio.done', ...at })
  send(draft, { type: 'response.output_audio_transcript.done', ...at, transcript: text })
  send(draft, { type: 'response.content_part.done', ...at, part: { type: 'audio', transcript: text } })
  const spoken = findEntry(draft.state, message.id)
  if (spoken !== undefined) changeEntry(draft, message.id, spokenOf(response, spoken))
  closeOutput(draft, response, { ...message, status, content: [{ type: 'output_audio', transcript: text }] })
}

/** A message as it would stand if its response ended now; other items stand as they are. */
export function entrySoFar(response: ActiveResponse, entry: Entry): Entry {
  const { item } = entry
  if (item.type !== 'message' || item.role !== 'assistant' || entry.heard !== null) return entry
  const { text, modality } = response
  if (modality === 'text') return { ...entry, item: { ...item, content: [{ type: 'output_text', text }] } }
  const spoken = { ...item, content: [{ type: 'output_audio' as const, transcript: text }] }
  return { ...entry, item: spoken, ...spokenOf(response, entry) }
}

/** What is known of an item's speech, so that it can be cut to what was heard. One that was truncated already stays so. */
export function spokenOf(
  { speech }: ActiveResponse,
  { heard, audioMs, segments }: Entry,
): Pick<Entry, 'audio' | 'audioMs' | 'segments'> {
  const audio = speech.sentSamples > 0 ? 'spoken' : null
  if (heard !== null) return { audio, audioMs, segments }
  return { audio, audioMs: samplesToMs(speech.sentSamples), segments: segmentsOf(speech) }
}

export function partAddress(response: ActiveResponse): PartAddress {
  const output_index = response.output.findIndex(({ call }) => call === null)
  const item_id = response.output[output_index]?.item.id ?? ''
  return { response_id: response.id, item_id, output_index, content_index: 0 }
}

export function indexOf({ output }: ActiveResponse, itemId: string): number {
  return output.findIndex(({ item }) => item.id === itemId)
}

function messageOf({ output }: ActiveResponse): Extract<OutputItem, { type: 'message' }> | null {
  return output.flatMap(({ item }) => (item.type === 'message' ? [item] : []))[0] ?? null
}

const messageBase = { object: 'realtime.item', type: 'message', role: 'assistant' } as const
