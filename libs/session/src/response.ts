import type { ClientEventOf, ResponseOptions } from '@voicebox/protocol'
import { isAway } from './away.ts'
import { audioMsOf, refusalOfItem } from './created-item.ts'
import type { Draft } from './draft.ts'
import { endResponse } from './end-response.ts'
import { charactersIn, findEntry } from './entries.ts'
import { refusalOfPrompt } from './prompt.ts'
import { awayRefusal, refuse, type Refusal } from './refuse.ts'
import { findResponse } from './responses.ts'
import { startResponse } from './start-response.ts'
import type { SessionState } from './state.ts'
import { refusalOfTools } from './tool-refusal.ts'
import { isOtherVoice, voiceLockedRefusal } from './voice.ts'

/** `response.create`: answers the conversation, unless an answer is in flight; or beside it, as often as is allowed. */
export function createFromClient(draft: Draft, event: ClientEventOf<'response.create'>): void {
  const refusal = refusalOf(draft.state, event.response ?? {})
  if (refusal !== null) return refuse(draft, event, refusal)
  startResponse(draft, event.response)
}

/** `response.cancel`: stops the response that is named, or else the conversation's. */
export function cancelFromClient(draft: Draft, event: ClientEventOf<'response.cancel'>): void {
  const { response_id: id } = event
  const response = id === undefined ? draft.state.response : findResponse(draft.state, id as `resp_${string}`)
  if (response === null) {
    return refuse(draft, event, {
      code: 'response_cancel_not_active',
      message: 'Cancellation failed: no active response found',
    })
  }
  endResponse(draft, response, {
    status: 'cancelled',
    status_details: { type: 'cancelled', reason: 'client_cancelled' },
  })
}

/** The refusal of a second response while one is in flight. */
export function activeResponseRefusal(responseId: string): Refusal {
  return {
    code: 'conversation_already_has_active_response',
    message: `Conversation already has an active response in progress: ${responseId}. Wait until the response is finished before creating a new one.`,
  }
}

function refusalOf(state: SessionState, options: ResponseOptions): Refusal | null {
  const isInConversation = options.conversation !== 'none'
  if (isInConversation && state.response !== null) return activeResponseRefusal(state.response.id)
  if (!isInConversation && state.outOfBand.length >= state.limits.outOfBand) {
    const message = `At most ${state.limits.outOfBand} responses outside the conversation may be in progress: wait until one is done.`
    return { type: 'rate_limit_error', code: 'too_many_responses', message }
  }
  const voice = options.audio?.output?.voice
  if (isInConversation && voice !== undefined && isOtherVoice(state, voice)) return voiceLockedRefusal
  return (
    refusalOfInput(state, options) ??
    refusalOfPrompt(state.prompts, options.prompt, 'response.prompt') ??
    refusalOfTools(options, state, 'response')
  )
}

function refusalOfInput(state: SessionState, { input = [] }: ResponseOptions): Refusal | null {
  if (input.length > 0 && charactersIn([...state.entries, ...state.asides]) >= state.limits.characters) {
    const message = `A session holds at most ${state.limits.characters} characters, those that responses read included.`
    return { code: 'conversation_full', message, param: 'response.input' }
  }
  let audioMs = 0
  for (const [index, item] of input.entries()) {
    const param = `response.input[${index}]`
    const refusal =
      item.type === 'item_reference'
        ? refusalOfReference(state, item.id, param)
        : refusalOfInputItem(state, item, param, audioMs)
    if (refusal !== null) return refusal
    if (item.type !== 'item_reference') audioMs += audioMsOf(state, item)
  }
  return null
}

/** An output may answer a call that was made in another conversation, so only what can never be used is refused. */
function refusalOfInputItem(
  state: SessionState,
  item: Parameters<typeof refusalOfItem>[1],
  param: string,
  besidesMs: number,
): Refusal | null {
  if (item.type === 'function_call_output') return null
  if (item.type !== 'mcp_approval_response') return refusalOfItem(state, item, param, besidesMs)
  const message = 'An approval can only be given in the conversation.'
  return { code: 'invalid_value', message, param: `${param}.type` }
}

function refusalOfReference(state: SessionState, id: string, param: string): Refusal | null {
  if (findEntry(state, id) !== undefined) return null
  if (isAway(state, id)) return awayRefusal('invalid_value', id, `${param}.id`)
  return { code: 'invalid_value', message: `Item with id '${id}' not found in conversation.`, param: `${param}.id` }
}
