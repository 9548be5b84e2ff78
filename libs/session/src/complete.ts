import type { ResponseId } from '@voicebox/kernel'
import type { Draft } from './draft.ts'
import { endResponse, fail, type Outcome } from './end-response.ts'
import type { FinishReason } from './input.ts'
import { findResponse } from './responses.ts'

/** Ends the response once its text is whole, all of it is spoken, and no tool is at work for it. */
export function completeWhenDone(draft: Draft, responseId: ResponseId): void {
  const response = findResponse(draft.state, responseId)
  if (response?.finish == null) return
  if (response.output.some(({ phase }) => phase === 'running')) return
  if (response.modality === 'audio' && response.speech.segment < response.finish.segments) return
  if (response.failure !== null) return fail(draft, response, response.failure)
  endResponse(draft, response, outcomeOf(response.finish.reason))
}

function outcomeOf(reason: FinishReason): Outcome {
  return reason === 'stop'
    ? { status: 'completed', status_details: null }
    : { status: 'incomplete', status_details: { type: 'incomplete', reason } }
}
