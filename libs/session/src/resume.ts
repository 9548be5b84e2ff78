import type { ItemId } from '@voicebox/kernel'
import { resumeAwaitingUser } from './await-user.ts'
import { act, type Draft } from './draft.ts'
import { isRunningAlone } from './entries.ts'
import type { Input } from './input.ts'
import { keepAlive } from './keep-alive.ts'
import { recallAgain } from './recall.ts'
import { responsesIn } from './responses.ts'
import type { SessionState } from './state.ts'
import { stopSpeech } from './turn.ts'
import { hearingOf } from './update.ts'
import { changeBuffer } from './utterance.ts'

/** Begins what is no part of the state, and so did not come with it: the ears, and the waits for what is under way. */
export function resumeSession(draft: Draft, input: Extract<Input, { kind: 'resumed' }>): void {
  const { heardMs, utteranceEnded = false } = input
  const floorMs = Math.min(draft.state.buffer.startMs, heardMs)
  changeBuffer(draft, { heardMs, startMs: floorMs })
  act(draft, { kind: 'configure_listening', hearing: hearingOf(draft.state.session), floorMs })
  waitAgain(draft)
  // by voice activity; a client that commits by itself does so again
  if (utteranceEnded) stopSpeech(draft, heardMs)
}

function waitAgain(draft: Draft): void {
  const { entries, asides, listings, limits } = draft.state
  for (const { id, awaiting } of responsesIn(draft.state)) {
    if (awaiting.length === 0) keepAlive(draft, id)
  }
  for (const { item, transcription, audioMs } of [...entries, ...asides]) {
    if (transcription === 'pending') wait(draft, item.id, limits.workTimeoutMs + audioMs)
  }
  for (const { itemId, status } of listings) {
    if (status === 'in_progress') wait(draft, itemId, limits.workTimeoutMs)
  }
  for (const itemId of runningCalls(draft.state)) wait(draft, itemId, limits.workTimeoutMs)
  resumeAwaitingUser(draft)
  recallAgain(draft)
}

/** Calls at work for a response, and those that the client approved. */
function runningCalls(state: SessionState): ItemId[] {
  const outputs = responsesIn(state).flatMap(({ output }) => output)
  return [
    ...outputs.filter(({ phase }) => phase === 'running').map(({ item }) => item.id),
    ...state.entries.filter((entry) => isRunningAlone(state, entry)).map(({ item }) => item.id),
  ]
}

function wait(draft: Draft, subject: ItemId, ms: number): void {
  act(draft, { kind: 'arm_timer', subject, ms })
}
