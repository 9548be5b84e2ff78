import type { ItemId, ResponseId } from '@voicebox/kernel'
import type { ClientEventOf, ResponseObject, ResponseOptions } from '@voicebox/protocol'
import { act, type Draft, makeId, send, set } from './draft.ts'
import { announceDone, changeEntry, charactersIn } from './entries.ts'
import { closePart, outputItem } from './output.ts'
import { refuse, type Refusal } from './refuse.ts'
import type { ActiveResponse, SessionState } from './state.ts'
import { unsupportedInResponse } from './unsupported.ts'
import { usageOf } from './usage.ts'
import { isVoiceLocked, voiceName } from './voice.ts'

/** `response.create`: answers the conversation, unless an answer is in flight. */
export function createFromClient(draft: Draft, event: ClientEventOf<'response.create'>): void {
  const refusal = refusalOf(draft.state, event.response)
  if (refusal !== null) return refuse(draft, event, refusal)
  startResponse(draft, event.response)
}

/** `response.cancel`: stops the answer in flight. */
export function cancelFromClient(draft: Draft, event: ClientEventOf<'response.cancel'>): void {
  const { response } = draft.state
  if (response === null || (event.response_id !== undefined && event.response_id !== response.id)) {
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

/** Opens the default conversation's response slot and asks the language model, as soon as every utterance has its words. */
export function startResponse(draft: Draft, options: ResponseOptions | undefined): void {
  const { session, entries, conversationId } = draft.state
  const id = makeId(draft, 'resp')
  const modality = (options?.output_modalities ?? session.output_modalities)[0] === 'text' ? 'text' : 'audio'
  const object: ResponseObject = {
    object: 'realtime.response',
    id,
    status: 'in_progress',
    status_details: null,
    output: [],
    conversation_id: conversationId,
    output_modalities: modality === 'text' ? ['text'] : ['audio'],
    max_output_tokens: options?.max_output_tokens ?? session.max_output_tokens,
    audio: {
      output: {
        format: session.audio.output.format,
        voice: voiceName(options?.audio?.output?.voice ?? draft.state.spokenVoice ?? session.audio.output.voice),
      },
    },
    usage: null,
    metadata: options?.metadata ?? null,
  }
  const response: ActiveResponse = {
    id,
    object,
    modality,
    instructions: options?.instructions ?? session.instructions,
    itemIds: entries.map((entry) => entry.item.id),
    awaiting: entries.filter((entry) => entry.transcription === 'pending').map((entry) => entry.item.id),
    itemId: null,
    text: '',
    finish: null,
    speech: { segment: 0, offset: 0, sentSamples: 0, ended: {}, held: [], heldSamples: 0, hasFailed: false },
    inputAudioMs: entries.reduce((sum, entry) => sum + entry.audioMs, 0),
    inputCharacters: 0,
  }
  set(draft, { response })
  send(draft, { type: 'response.created', response: object })
  startGenerating(draft)
}

/** Asks the language model once no transcript is awaited any more. */
export function startGenerating(draft: Draft): void {
  const { response, entries, session } = draft.state
  if (response === null || response.awaiting.length > 0) return
  const { max_output_tokens: limit } = response.object
  const speech = { voice: voiceName(response.object.audio.output.voice), speed: session.audio.output.speed }
  act(draft, {
    kind: 'generate',
    request: {
      responseId: response.id,
      instructions: response.instructions,
      itemIds: response.itemIds,
      ...(typeof limit === 'number' ? { maxOutputTokens: limit } : {}),
      ...(response.modality === 'audio' ? { speech } : {}),
    },
  })
  const context = entries.filter((entry) => response.itemIds.includes(entry.item.id))
  const inputCharacters = response.instructions.length + charactersIn(context)
  set(draft, { response: { ...response, inputCharacters } })
  keepAlive(draft, response.id)
}

/** Starts the wait for the next sign of life of the workers anew. */
export function keepAlive(draft: Draft, responseId: ResponseId): void {
  act(draft, { kind: 'arm_timer', subject: responseId, ms: draft.state.limits.workTimeoutMs })
}

export type Outcome = Pick<ResponseObject, 'status' | 'status_details'>

/**
 * Ends the response in flight: its open part and item are closed with what there is, `response.done` is the last of it,
 * and whatever workers still make for it is void.
 */
export function endResponse(draft: Draft, response: ActiveResponse, outcome: Outcome): void {
  const isWhole = outcome.status === 'completed'
  act(draft, { kind: 'disarm_timer', subject: response.id })
  if (!isWhole) act(draft, { kind: 'cancel_work', subject: response.id })
  const output = response.itemId === null ? [] : [closeItem(draft, response, response.itemId, isWhole)]
  set(draft, { response: null })
  send(draft, { type: 'response.done', response: { ...response.object, ...outcome, output, usage: usageOf(response) } })
}

/** Ends the response as failed, if it is the one in flight. */
export function failResponse(draft: Draft, responseId: ResponseId, failure: { code: string; message: string }): void {
  const { response } = draft.state
  if (response?.id === responseId) fail(draft, response, failure)
}

export function fail(
  draft: Draft,
  response: ActiveResponse,
  { code, message }: { code: string; message: string },
): void {
  endResponse(draft, response, {
    status: 'failed',
    status_details: { type: 'failed', error: { type: 'server_error', code, message } },
  })
}

/** The refusal of a second response while one is in flight. */
export function activeResponseRefusal(responseId: string): Refusal {
  return {
    code: 'conversation_already_has_active_response',
    message: `Conversation already has an active response in progress: ${responseId}. Wait until the response is finished before creating a new one.`,
  }
}

function closeItem(
  draft: Draft,
  response: ActiveResponse,
  itemId: ItemId,
  isWhole: boolean,
): ReturnType<typeof outputItem> {
  const item = outputItem(response, itemId, isWhole ? 'completed' : 'incomplete')
  closePart(draft, response, itemId)
  changeEntry(draft, itemId, { item })
  announceDone(draft, itemId)
  send(draft, { type: 'response.output_item.done', response_id: response.id, output_index: 0, item })
  return item
}

function refusalOf(state: SessionState, options: ResponseOptions | undefined): Refusal | null {
  if (state.response !== null) return activeResponseRefusal(state.response.id)
  const voice = options?.audio?.output?.voice
  if (voice !== undefined && isVoiceLocked(state, voice)) return voiceLockedRefusal
  return options === undefined ? null : unsupportedInResponse(options)
}

/** The refusal of another voice once the conversation has assistant audio. */
export const voiceLockedRefusal: Refusal = {
  code: 'cannot_update_voice',
  message: "Cannot update a conversation's voice if assistant audio is present.",
}
