import type { Item } from '@voicebox/protocol'
import { failAwaiting, resumeAwaiting } from './awaiting.ts'
import { act, type Draft } from './draft.ts'
import { changeEntry, findAnyEntry, findEntry } from './entries.ts'
import type { Input } from './input.ts'
import { boundKeptAudio } from './kept-audio.ts'
import { tellFailure, tellMore, tellWords } from './telling.ts'
import { changeBuffer } from './utterance.ts'

export type TranscriptOutcome = Extract<Input, { kind: 'transcript_final' | 'transcript_failed' }>

/**
 * Hears the words so far. They are told once the utterance is an item, and only where the engine does not take words
 * back, since what was told cannot be.
 */
export function hearInterim(draft: Draft, { itemId, text }: Extract<Input, { kind: 'transcript_interim' }>): void {
  if (!draft.state.limits.settlesWords) return
  if (itemId === draft.state.buffer.itemId) return changeBuffer(draft, { interim: text })
  const entry = findEntry(draft.state, itemId)
  if (entry?.transcription === 'pending') tellMore(draft, entry, text)
}

/** Writes down an utterance's words (or that there are none to be had), once, and lets a response that waited for them go on. */
export function settleTranscript(draft: Draft, outcome: TranscriptOutcome): void {
  if (outcome.itemId === draft.state.buffer.itemId) {
    // It ended before the utterance did: the commit will ask again.
    return changeBuffer(draft, { isTranscribing: false })
  }
  const entry = findAnyEntry(draft.state, outcome.itemId)
  if (entry?.transcription !== 'pending') return
  act(draft, { kind: 'disarm_timer', subject: outcome.itemId })
  if (outcome.kind === 'transcript_failed') {
    changeEntry(draft, outcome.itemId, { transcription: 'failed' })
    tellFailure(draft, entry, outcome)
    failAwaiting(draft, outcome.itemId, outcome)
  } else {
    changeEntry(draft, outcome.itemId, { transcription: 'done', item: withTranscript(entry.item, outcome.text) })
    tellWords(draft, entry, outcome)
    resumeAwaiting(draft, outcome.itemId)
  }
  boundKeptAudio(draft)
}

/** A spoken item with its words. */
export function withTranscript(item: Item, transcript: string): Item {
  return item.type === 'message' && item.role === 'user'
    ? { ...item, content: item.content.map((part) => (part.type === 'input_audio' ? { ...part, transcript } : part)) }
    : item
}
