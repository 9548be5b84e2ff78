import type { ResponseId } from '@voicebox/kernel'
import { completeWhenDone } from './complete.ts'
import { act, type Draft } from './draft.ts'
import { isLost, tellOutage } from './outage.ts'
import { findResponse } from './responses.ts'
import { skipToEnd } from './speech.ts'
import type { ActiveResponse } from './state.ts'

/**
 * While nobody can speak, answers are text: the client is told once some of one should have been heard, and when its text is
 * whole a response waits for its voice no more.
 */
export function endUnspoken(draft: Draft, responseId: ResponseId): void {
  const response = findResponse(draft.state, responseId)
  if (response === null || !isLost(draft.state, 'speech') || !isUnspoken(response)) return
  tellOutage(draft, 'speech')
  if (response.finish === null) return
  act(draft, { kind: 'cancel_work', subject: responseId })
  endWithoutVoice(draft, response)
}

/** Sends what there is of the voice of a response, and ends it if nothing but that was missing. */
export function endWithoutVoice(draft: Draft, response: ActiveResponse): void {
  skipToEnd(draft, response)
  completeWhenDone(draft, response.id)
}

/** Whether some of what it said so far was not spoken. */
export function isUnspoken({ modality, finish, speech }: ActiveResponse): boolean {
  if (modality === 'text') return false
  if (finish !== null) return speech.segment < finish.segments
  return Object.keys(speech.planned).some((segment) => Number(segment) >= speech.segment)
}
