import type { ResponseId } from '@voicebox/kernel'
import { completeWhenDone } from './complete.ts'
import { type Draft, send } from './draft.ts'
import type { Input } from './input.ts'
import { keepAlive } from './keep-alive.ts'
import { openMessage, partAddress } from './output.ts'
import { findResponse, putResponse } from './responses.ts'
import type { ActiveResponse } from './state.ts'
import { finishCalls } from './tool-calls.ts'
import { endUnspoken } from './unspoken.ts'

/** Forwards text as it is generated: as itself, or as the transcript of the audio to come. */
export function receiveText(draft: Draft, { responseId, text }: { responseId: ResponseId; text: string }): void {
  const response = findResponse(draft.state, responseId)
  if (response === null || response.finish !== null || text === '') return
  tellText(draft, response, text)
  keepAlive(draft, responseId)
}

/** Adds text to the message of a response, which is opened by it. */
export function tellText(draft: Draft, response: ActiveResponse, text: string): ActiveResponse {
  const opened = openMessage(draft, response)
  const type = opened.modality === 'audio' ? 'response.output_audio_transcript.delta' : 'response.output_text.delta'
  send(draft, { type, ...partAddress(opened), delta: text })
  return putResponse(draft, { ...opened, text: opened.text + text })
}

/** The language model has said everything; the response ends when it is spoken too, and its tools have answered. */
export function finishGeneration(draft: Draft, input: Extract<Input, { kind: 'generation_finished' }>): void {
  const { responseId, reason, usage, segments } = input
  const response = findResponse(draft.state, responseId)
  if (response === null || response.finish !== null) return
  // arguments that were cut short are nobody's to run
  if (reason === 'stop') finishCalls(draft, responseId)
  const current = findResponse(draft.state, responseId)
  if (current === null) return
  putResponse(draft, { ...current, finish: { reason, usage, segments } })
  endUnspoken(draft, responseId)
  completeWhenDone(draft, responseId)
}
