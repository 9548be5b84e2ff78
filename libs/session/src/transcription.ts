import type { ItemId } from '@voicebox/kernel'
import type { Item } from '@voicebox/protocol'
import { act, type Draft, send, set } from './draft.ts'
import { changeEntry, findEntry } from './entries.ts'
import { fail, startGenerating } from './response.ts'

/** Asks for the words of an utterance. */
export function transcribe(draft: Draft, itemId: ItemId): void {
  const wanted = draft.state.session.audio.input.transcription
  act(draft, {
    kind: 'transcribe',
    request: {
      itemId,
      ...(wanted?.language ? { language: wanted.language } : {}),
      ...(wanted?.prompt ? { prompt: wanted.prompt } : {}),
    },
  })
}

export type TranscriptOutcome =
  | { kind: 'transcript_final'; itemId: ItemId; text: string; audioMs: number }
  | { kind: 'transcript_failed'; itemId: ItemId; code: string; message: string }

/** Writes down an utterance's words (or that there are none to be had), once, and lets a response that waited for them go on. */
export function settleTranscript(draft: Draft, outcome: TranscriptOutcome): void {
  const { buffer } = draft.state
  if (outcome.itemId === buffer.itemId) {
    // It ended before the utterance did: the commit will ask again.
    return set(draft, { buffer: { ...buffer, isTranscribing: false } })
  }
  const entry = findEntry(draft.state, outcome.itemId)
  if (entry?.transcription !== 'pending') return
  act(draft, { kind: 'disarm_timer', subject: outcome.itemId })
  act(draft, { kind: 'free_audio', itemId: outcome.itemId })
  const isFinal = outcome.kind === 'transcript_final'
  changeEntry(draft, outcome.itemId, {
    transcription: isFinal ? 'done' : 'failed',
    ...(isFinal ? { item: withTranscript(entry.item, outcome.text) } : {}),
  })
  if (draft.state.session.audio.input.transcription !== null) tell(draft, outcome)
  resumeResponse(draft, outcome)
}

function withTranscript(item: Item, transcript: string): Item {
  return item.type === 'message' && item.role === 'user'
    ? { ...item, content: item.content.map((part) => (part.type === 'input_audio' ? { ...part, transcript } : part)) }
    : item
}

function tell(draft: Draft, outcome: TranscriptOutcome): void {
  const place = { item_id: outcome.itemId, content_index: 0 }
  if (outcome.kind === 'transcript_failed') {
    const error = { type: 'transcription_error', code: outcome.code, message: outcome.message }
    return send(draft, { type: 'conversation.item.input_audio_transcription.failed', ...place, error })
  }
  if (outcome.text !== '') {
    send(draft, { type: 'conversation.item.input_audio_transcription.delta', ...place, delta: outcome.text })
  }
  send(draft, {
    type: 'conversation.item.input_audio_transcription.completed',
    ...place,
    transcript: outcome.text,
    usage: { type: 'duration', seconds: outcome.audioMs / 1000 },
  })
}

function resumeResponse(draft: Draft, outcome: TranscriptOutcome): void {
  const { response } = draft.state
  if (!response?.awaiting.includes(outcome.itemId)) return
  if (outcome.kind === 'transcript_failed') return fail(draft, response, outcome)
  const awaiting = response.awaiting.filter((itemId) => itemId !== outcome.itemId)
  set(draft, { response: { ...response, awaiting } })
  startGenerating(draft)
}
