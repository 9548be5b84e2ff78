import type { ResponseId } from '@voicebox/kernel'
import { type Draft, send, set } from './draft.ts'
import type { FinishReason, TokenCounts } from './input.ts'
import { openItem, partAddress } from './output.ts'
import { endResponse, keepAlive, type Outcome } from './response.ts'
import type { ActiveResponse } from './state.ts'

/** Forwards text as it is generated: as itself, or as the transcript of the audio to come. */
export function receiveText(draft: Draft, { responseId, text }: { responseId: ResponseId; text: string }): void {
  const { response } = draft.state
  if (response?.id !== responseId || response.finish !== null || text === '') return
  const opened = response.itemId === null ? openItem(draft, response) : { ...response, itemId: response.itemId }
  set(draft, { response: { ...opened, text: opened.text + text } })
  const type = opened.modality === 'audio' ? 'response.output_audio_transcript.delta' : 'response.output_text.delta'
  send(draft, { type, ...partAddress(opened, opened.itemId), delta: text })
  keepAlive(draft, responseId)
}

interface Finished {
  responseId: ResponseId
  reason: FinishReason
  usage: TokenCounts
  segments: number
}

/** The language model has said everything; the response ends when it is spoken too. */
export function finishGeneration(draft: Draft, { responseId, reason, usage, segments }: Finished): void {
  const { response } = draft.state
  if (response?.id !== responseId || response.finish !== null) return
  set(draft, { response: { ...response, finish: { reason, usage, segments } } })
  completeWhenSpoken(draft)
}

/** Ends the response once its text and all its segments are done. */
export function completeWhenSpoken(draft: Draft): void {
  const { response } = draft.state
  if (response?.finish == null) return
  if (response.modality === 'audio' && response.speech.segment < response.finish.segments) return
  endResponse(draft, response, outcomeOf(response.finish.reason))
}

function outcomeOf(reason: NonNullable<ActiveResponse['finish']>['reason']): Outcome {
  return reason === 'stop'
    ? { status: 'completed', status_details: null }
    : { status: 'incomplete', status_details: { type: 'incomplete', reason } }
}
