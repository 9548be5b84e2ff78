import type { Item, Logprobs } from '@voicebox/protocol'
import { type Draft, send } from './draft.ts'
import { changeEntry, findEntry } from './entries.ts'
import type { Input, TokenLogprob } from './input.ts'
import type { Entry } from './state.ts'
import { wantsLogprobs } from './transcribe.ts'

/** Tells the words that go beyond what was told before; words that contradict it wait for the final transcript. */
export function tellMore(
  draft: Draft,
  { item, told }: Pick<Entry, 'item' | 'told'>,
  text: string,
  logprobs?: Logprobs,
): void {
  if (draft.state.session.audio.input.transcription === null) return
  if (text === told || !text.startsWith(told)) return
  changeEntry(draft, item.id, { told: text })
  send(draft, {
    type: 'conversation.item.input_audio_transcription.delta',
    item_id: item.id,
    content_index: audioIndexOf(item),
    delta: text.slice(told.length),
    ...(logprobs === undefined ? {} : { logprobs }),
  })
}

type FinalTranscript = Extract<Input, { kind: 'transcript_final' }>

/** Tells the settled words of an item of the conversation; nobody is told of what only a response was given to read. */
export function tellWords(
  draft: Draft,
  { item, told }: Pick<Entry, 'item' | 'told'>,
  { text, audioMs, logprobs }: Pick<FinalTranscript, 'text' | 'audioMs' | 'logprobs'>,
): void {
  if (draft.state.session.audio.input.transcription === null || findEntry(draft.state, item.id) === undefined) return
  const shown = wantsLogprobs(draft) && logprobs !== undefined ? logprobs.map(shownLogprob) : undefined
  tellMore(draft, { item, told }, text, told === '' ? shown : undefined)
  send(draft, {
    type: 'conversation.item.input_audio_transcription.completed',
    item_id: item.id,
    content_index: audioIndexOf(item),
    transcript: text,
    usage: { type: 'duration', seconds: audioMs / 1000 },
    ...(shown === undefined ? {} : { logprobs: shown }),
  })
}

/** Tells that the words of an item of the conversation could not be had. */
export function tellFailure(draft: Draft, { item }: Entry, { code, message }: { code: string; message: string }): void {
  if (draft.state.session.audio.input.transcription === null || findEntry(draft.state, item.id) === undefined) return
  send(draft, {
    type: 'conversation.item.input_audio_transcription.failed',
    item_id: item.id,
    content_index: audioIndexOf(item),
    error: { type: 'transcription_error', code, message },
  })
}

function audioIndexOf(item: Item): number {
  return item.type === 'message' ? item.content.findIndex((part) => part.type === 'input_audio') : 0
}

function shownLogprob({ token, logprob }: TokenLogprob): Logprobs[number] {
  return { token, logprob, bytes: [...new TextEncoder().encode(token)] }
}
