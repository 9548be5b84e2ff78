import type { ResponseId } from '@voicebox/kernel'
import { completeWhenDone } from './complete.ts'
import { act, type Draft, set } from './draft.ts'
import { fail } from './end-response.ts'
import { findEntry } from './entries.ts'
import type { Input } from './input.ts'
import { keepAlive } from './keep-alive.ts'
import { tellOutage } from './outage.ts'
import { openMessage, partAddress } from './output.ts'
import { refuse } from './refuse.ts'
import { findResponse, putResponse } from './responses.ts'
import { inOrderSent } from './speech-order.ts'
import type { ActiveResponse, HeldAudio, SpeechProgress } from './state.ts'

/** Which text a segment speaks, so that what was heard of it is known later. */
export function planSegment(draft: Draft, input: Extract<Input, { kind: 'segment_planned' }>): void {
  const response = speakingResponse(draft, input.responseId)
  if (response === null) return
  setSpeech(draft, response, { planned: { ...response.speech.planned, [input.segment]: input.text } })
  tellOutage(draft, 'speech')
}

/**
 * Forwards generated audio in order: segments one after the other, samples without gap or repetition. What comes early is
 * held; what was already sent (made again by another worker) is skipped. Audio of an ended response is dropped, never sent.
 */
export function receiveAudio(draft: Draft, input: HeldAudio & { responseId: ResponseId }): void {
  const response = speakingResponse(draft, input.responseId)
  if (response === null) return
  const { speech } = response
  if (input.segment < speech.segment) return
  if (input.segment === speech.segment && input.offset <= speech.offset) {
    forward(draft, response, input)
    return advance(draft, input.responseId)
  }
  const { segment, offset, audio } = input
  const rival = speech.held.find((held) => held.segment === segment && held.offset === offset)
  if (rival !== undefined && rival.audio.samples >= audio.samples) return
  const heldSamples = speech.heldSamples + audio.samples - (rival?.audio.samples ?? 0)
  if (heldSamples > draft.state.limits.heldAudioSamples) {
    return fail(draft, response, { code: 'audio_out_of_order', message: 'Speech came too far ahead of its turn.' })
  }
  const others = speech.held.filter((held) => held !== rival)
  setSpeech(draft, response, { held: [...others, { segment, offset, audio }].sort(inOrderSent), heldSamples })
}

/** A segment is complete; the next one's audio may follow. */
export function finishSegment(draft: Draft, input: Extract<Input, { kind: 'segment_spoken' }>): void {
  const response = speakingResponse(draft, input.responseId)
  if (response === null || input.segment < response.speech.segment || input.segment in response.speech.ended) return
  setSpeech(draft, response, { ended: { ...response.speech.ended, [input.segment]: input.samples } })
  advance(draft, input.responseId)
}

/** A segment could not be spoken: the client is told once a response, its text stands, and the rest goes on. */
export function failSegment(draft: Draft, input: Extract<Input, { kind: 'segment_failed' }>): void {
  const response = speakingResponse(draft, input.responseId)
  if (response === null || input.segment < response.speech.segment || input.segment in response.speech.ended) return
  if (!response.speech.hasFailed && draft.state.outages.speech !== 'told')
    refuse(draft, null, { type: 'server_error', code: input.code, message: input.message })
  const ended = { ...response.speech.ended, [input.segment]: 0 }
  setSpeech(draft, response, { ended, hasFailed: true })
  advance(draft, input.responseId)
}

/** Sends what is due from what was held, moving from segment to segment, and ends the response after the last. */
function advance(draft: Draft, responseId: ResponseId): void {
  const next = (): ActiveResponse | null => findResponse(draft.state, responseId)
  for (let response = next(); response !== null; response = next()) {
    const { speech } = response
    const due = speech.held.find((held) => held.segment === speech.segment && held.offset <= speech.offset)
    if (due !== undefined) {
      const held = speech.held.filter((other) => other !== due)
      forward(draft, setSpeech(draft, response, { held, heldSamples: speech.heldSamples - due.audio.samples }), due)
      continue
    }
    const endSamples = speech.ended[speech.segment]
    if (endSamples === undefined) break
    const isMissingAudio = endSamples > speech.offset
    if (isMissingAudio) break
    setSpeech(draft, response, { segment: speech.segment + 1, offset: 0 })
  }
  completeWhenDone(draft, responseId)
}

/** Sends what was held in spite of what is missing, and waits for no more of it. */
export function skipToEnd(draft: Draft, response: ActiveResponse): void {
  let current = response
  for (const held of response.speech.held) {
    if (held.segment > current.speech.segment) current = setSpeech(draft, current, { segment: held.segment, offset: 0 })
    const { segment, offset } = current.speech
    if (held.segment === segment && held.offset <= offset) current = forward(draft, current, held)
  }
  const segment = Math.max(current.speech.segment, current.finish?.segments ?? 0)
  setSpeech(draft, current, { segment, offset: 0, held: [], heldSamples: 0 })
}

function forward(draft: Draft, response: ActiveResponse, { segment, offset, audio }: HeldAudio): ActiveResponse {
  const skip = response.speech.offset - offset
  const fresh = audio.samples - skip
  if (fresh <= 0) return response
  const opened = openMessage(draft, response)
  const { speech, format, isInConversation } = opened
  const part = partAddress(opened)
  const sent = { ...speech.sent, [segment]: (speech.sent[segment] ?? 0) + fresh }
  const forwarded = setSpeech(draft, opened, {
    offset: speech.offset + fresh,
    sentSamples: speech.sentSamples + fresh,
    sent,
  })
  if (isInConversation) set(draft, { spokenVoice: opened.object.audio.output.voice })
  const isKept = isInConversation && findEntry(draft.state, part.item_id) !== undefined
  const keep = isKept ? { itemId: part.item_id, atSample: speech.sentSamples } : null
  act(draft, { kind: 'send_audio', part, format, audio, skip, keep })
  keepAlive(draft, response.id)
  return forwarded
}

function speakingResponse({ state }: Draft, responseId: ResponseId): ActiveResponse | null {
  const response = findResponse(state, responseId)
  return response?.modality === 'audio' ? response : null
}

function setSpeech(draft: Draft, response: ActiveResponse, fields: Partial<SpeechProgress>): ActiveResponse {
  return putResponse(draft, { ...response, speech: { ...response.speech, ...fields } })
}
