import { stopAwaitingUser } from './await-user.ts'
import { act, type Draft, makeId, send, set } from './draft.ts'
import { addEntry, announceDone, changeEntry, entryOf, lastItemId } from './entries.ts'
import { boundKeptAudio } from './kept-audio.ts'
import type { Entry, InputBuffer } from './state.ts'
import { tellMore } from './telling.ts'
import { askForWords } from './transcribe.ts'

/** Gives the audio from `fromMs` on to a new item, and answers its id. */
export function openUtterance(draft: Draft, fromMs: number): string {
  const itemId = makeId(draft, 'item')
  changeBuffer(draft, { itemId, startMs: fromMs })
  act(draft, { kind: 'open_utterance', itemId, fromMs })
  return itemId
}

/** Turns the open utterance into an item of the conversation and has it transcribed. */
export function commitUtterance(draft: Draft, itemId: string, audioMs: number): void {
  const { isTranscribing, interim } = draft.state.buffer
  const entry = closeUtterance(draft, itemId, audioMs)
  if (isTranscribing) {
    changeEntry(draft, itemId, { transcription: 'pending' })
    act(draft, { kind: 'arm_timer', subject: itemId, ms: draft.state.limits.workTimeoutMs + audioMs })
    tellMore(draft, entry, interim)
  } else {
    askForWords(draft, itemId)
  }
  boundKeptAudio(draft)
}

/** Turns the open utterance into an item of the conversation, and begins the next buffer. */
export function closeUtterance(draft: Draft, itemId: string, audioMs: number): Entry {
  const previousItemId = lastItemId(draft.state)
  stopAwaitingUser(draft)
  act(draft, { kind: 'close_utterance', itemId })
  emptyBuffer(draft)
  send(draft, { type: 'input_audio_buffer.committed', previous_item_id: previousItemId, item_id: itemId })
  const item = {
    id: itemId,
    object: 'realtime.item' as const,
    type: 'message' as const,
    status: 'completed' as const,
    role: 'user' as const,
    content: [{ type: 'input_audio' as const, transcript: null }],
  }
  const entry = entryOf(item, { transcription: 'unasked', audioMs, audio: 'heard' })
  addEntry(draft, entry, previousItemId)
  announceDone(draft, itemId)
  return entry
}

/** Forgets the open utterance, if there is one, and stops its transcription. */
export function dropUtterance(draft: Draft): void {
  const { itemId, isTranscribing } = draft.state.buffer
  if (itemId === null) return
  changeBuffer(draft, { itemId: null, isTranscribing: false, interim: '', isFull: false })
  act(draft, { kind: 'drop_utterance', itemId })
  if (isTranscribing) act(draft, { kind: 'cancel_work', subject: itemId })
}

/** Begins the next buffer where the audio heard so far ends. */
export function emptyBuffer(draft: Draft): void {
  const { heardMs } = draft.state.buffer
  changeBuffer(draft, { startMs: heardMs, itemId: null, isTranscribing: false, interim: '', isFull: false })
}

export function changeBuffer(draft: Draft, fields: Partial<InputBuffer>): void {
  set(draft, { buffer: { ...draft.state.buffer, ...fields } })
}
