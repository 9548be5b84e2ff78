import { assertNever } from '@voicebox/kernel'
import { createItem, retrieveItem } from './conversation.ts'
import { type Draft, send } from './draft.ts'
import type { Effect } from './effect.ts'
import { finishGeneration, receiveText } from './generation.ts'
import { clearBuffer, commitBuffer, hearAudio } from './input-buffer.ts'
import type { Input } from './input.ts'
import { cancelFromClient, createFromClient, failResponse } from './response.ts'
import { failSegment, finishSegment, receiveAudio } from './speech.ts'
import type { SessionState } from './state.ts'
import { giveUp } from './timeout.ts'
import { settleTranscript } from './transcription.ts'
import { startSpeech, stopSpeech } from './turn.ts'
import { updateSession } from './update.ts'

export type Step = readonly [state: SessionState, effects: readonly Effect[]]

/** Advances a session by one input. Pure and total: same arguments, same answer, no throw. */
export function step(state: SessionState, input: Input): Step {
  const draft: Draft = { state, effects: [] }
  apply(draft, input)
  return [draft.state, draft.effects]
}

function apply(draft: Draft, input: Input): void {
  switch (input.kind) {
    case 'connected':
      return send(draft, { type: 'session.created', session: draft.state.session })
    case 'client_event':
      return applyClientEvent(draft, input.event)
    case 'audio_heard':
      return hearAudio(draft, input.ms)
    case 'speech_started':
      return startSpeech(draft, input.startMs)
    case 'speech_stopped':
      return stopSpeech(draft, input.endMs)
    case 'transcript_final':
    case 'transcript_failed':
      return settleTranscript(draft, input)
    case 'text_generated':
      return receiveText(draft, input)
    case 'generation_finished':
      return finishGeneration(draft, input)
    case 'generation_failed':
      return failResponse(draft, input.responseId, input)
    case 'audio_generated':
      return receiveAudio(draft, input)
    case 'segment_spoken':
      return finishSegment(draft, input)
    case 'segment_failed':
      return failSegment(draft, input)
    case 'timer_fired':
      return giveUp(draft, input.subject)
    default:
      return assertNever(input)
  }
}

function applyClientEvent(draft: Draft, event: Extract<Input, { kind: 'client_event' }>['event']): void {
  switch (event.type) {
    case 'session.update':
      return updateSession(draft, event)
    case 'input_audio_buffer.commit':
      return commitBuffer(draft, event)
    case 'input_audio_buffer.clear':
      return clearBuffer(draft)
    case 'conversation.item.create':
      return createItem(draft, event)
    case 'conversation.item.retrieve':
      return retrieveItem(draft, event)
    case 'response.create':
      return createFromClient(draft, event)
    case 'response.cancel':
      return cancelFromClient(draft, event)
    default:
      return assertNever(event)
  }
}
