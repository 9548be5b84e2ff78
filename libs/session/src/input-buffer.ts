import type { ClientEventOf } from '@voicebox/protocol'
import { resumeAwaitingUser } from './await-user.ts'
import { act, type Draft, send } from './draft.ts'
import { refuse } from './refuse.ts'
import { endTurn } from './turn.ts'
import { changeBuffer, commitUtterance, dropUtterance, emptyBuffer, openUtterance } from './utterance.ts'

const minimumCommitMs = 100

/** Counts audio in. Push-to-talk audio belongs to its item from the first frame on. */
export function hearAudio(draft: Draft, ms: number): void {
  const { buffer, limits, session } = draft.state
  const heardMs = buffer.heardMs + ms
  const isPushToTalk = session.audio.input.turn_detection === null
  if (isPushToTalk && buffer.itemId === null) openUtterance(draft, buffer.startMs)
  const isSilence = draft.state.buffer.itemId === null
  const startMs = isSilence ? Math.max(buffer.startMs, heardMs - limits.keptSilenceMs) : draft.state.buffer.startMs
  changeBuffer(draft, { heardMs, startMs })
  if (isSilence || heardMs - startMs <= limits.inputBufferMs) return
  if (!isPushToTalk) {
    endTurn(draft, heardMs)
    return act(draft, { kind: 'reset_listening' })
  }
  changeBuffer(draft, { isFull: true })
  if (buffer.isFull) return
  refuse(draft, null, {
    code: 'input_audio_buffer_full',
    message: `The input audio buffer holds at most ${limits.inputBufferMs} ms: commit or clear it. Audio is discarded until then.`,
  })
}

/** Makes the buffered audio a user item. Never creates a response. */
export function commitBuffer(draft: Draft, event: ClientEventOf<'input_audio_buffer.commit'>): void {
  const { buffer } = draft.state
  const bufferedMs = buffer.heardMs - buffer.startMs
  if (bufferedMs < minimumCommitMs) {
    return refuse(draft, event, {
      code: 'input_audio_buffer_commit_empty',
      message: `Error committing input audio buffer: buffer too small. Expected at least ${minimumCommitMs}ms of audio, but buffer only has ${bufferedMs.toFixed(2)}ms of audio.`,
    })
  }
  const itemId = buffer.itemId ?? openUtterance(draft, buffer.startMs)
  commitUtterance(draft, itemId, bufferedMs)
  act(draft, { kind: 'reset_listening' })
}

/** Empties the buffer; speech that was going on never happened. */
export function clearBuffer(draft: Draft): void {
  dropUtterance(draft)
  emptyBuffer(draft)
  act(draft, { kind: 'reset_listening' })
  send(draft, { type: 'input_audio_buffer.cleared' })
  resumeAwaitingUser(draft)
}
