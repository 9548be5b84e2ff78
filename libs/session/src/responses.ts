import type { ResponseId } from '@voicebox/kernel'
import { type Draft, set } from './draft.ts'
import type { ActiveResponse, SessionState } from './state.ts'

/** All responses in flight: the conversation's, and those outside it. */
export function responsesIn({ response, outOfBand }: SessionState): readonly ActiveResponse[] {
  return response === null ? outOfBand : [response, ...outOfBand]
}

/** A response in flight; null for one that has ended, or never was. */
export function findResponse(state: SessionState, id: ResponseId): ActiveResponse | null {
  if (state.response?.id === id) return state.response
  return state.outOfBand.find((response) => response.id === id) ?? null
}

/** Replaces a response in flight by what it has become, or begins one; answers it. */
export function putResponse<R extends ActiveResponse>(draft: Draft, response: R): R {
  const { outOfBand } = draft.state
  if (response.isInConversation) set(draft, { response })
  else if (findResponse(draft.state, response.id) === null) set(draft, { outOfBand: [...outOfBand, response] })
  else set(draft, { outOfBand: outOfBand.map((other) => (other.id === response.id ? response : other)) })
  return response
}

/** Forgets a response that has ended. */
export function dropResponse(draft: Draft, { id, isInConversation }: ActiveResponse): void {
  if (isInConversation) set(draft, { response: null })
  else set(draft, { outOfBand: draft.state.outOfBand.filter((response) => response.id !== id) })
}
