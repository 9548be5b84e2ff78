import type { ResponseId } from '@voicebox/kernel'
import { act, type Draft, set } from './draft.ts'
import { completeWhenSpoken } from './generation.ts'
import { openItem, partAddress } from './output.ts'
import { refuse } from './refuse.ts'
import { fail, keepAlive } from './response.ts'
import type { ActiveResponse, HeldAudio, SpeechProgress } from './state.ts'

/**
 * Forwards generated audio in order: segments one after the other, samples without gap or repetition. What comes early is
 * held; what was already sent (made again by another worker) is skipped. Audio of an ended response is dropped, never sent.
 */
export function receiveAudio(draft: Draft, input: HeldAudio & { responseId: ResponseId }): void {
  const response = activeResponse(draft, input.responseId)
  if (response === null) return
  const { speech } = response
  if (input.segment < speech.segment) return
  if (input.segment === speech.segment && input.offset <= speech.offset) {
    forward(draft, response, input)
    return advance(draft)
  }
  const heldSamples = speech.heldSamples + input.audio.samples
  if (heldSamples > draft.state.limits.heldAudioSamples) {
    return fail(draft, response, { code: 'audio_out_of_order', message: 'Speech came too far ahead of its turn.' })
  }
  const { segment, offset, audio } = input
  setSpeech(draft, response, { held: [...speech.held, { segment, offset, audio }], heldSamples })
}

/** A segment is complete; the next one's audio may follow. */
export function finishSegment(draft: Draft, input: { responseId: ResponseId; segment: number; samples: number }): void {
  const response = activeResponse(draft, input.responseId)
  if (response === null || input.segment < response.speech.segment || input.segment in response.speech.ended) return
  setSpeech(draft, response, { ended: { ...response.speech.ended, [input.segment]: input.samples } })
  advance(draft)
}

interface SegmentFailure {
  responseId: ResponseId
  segment: number
  code: string
  message: string
}

/** A segment could not be spoken: the client is told once a response, its text stands, and the rest goes on. */
export function failSegment(draft: Draft, input: SegmentFailure): void {
  const response = activeResponse(draft, input.responseId)
  if (response === null || input.segment < response.speech.segment || input.segment in response.speech.ended) return
  if (!response.speech.hasFailed)
    refuse(draft, null, { type: 'server_error', code: input.code, message: input.message })
  const ended = { ...response.speech.ended, [input.segment]: 0 }
  setSpeech(draft, response, { ended, hasFailed: true })
  advance(draft)
}

/** Sends what is due from what was held, moving from segment to segment, and ends the response after the last. */
function advance(draft: Draft): void {
  for (let response = draft.state.response; response !== null; response = draft.state.response) {
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
  completeWhenSpoken(draft)
}

function forward(draft: Draft, response: ActiveResponse, { offset, audio }: HeldAudio): void {
  const skip = response.speech.offset - offset
  const fresh = audio.samples - skip
  if (fresh <= 0) return
  const opened = response.itemId === null ? openItem(draft, response) : { ...response, itemId: response.itemId }
  const { speech } = opened
  setSpeech(draft, opened, { offset: speech.offset + fresh, sentSamples: speech.sentSamples + fresh })
  set(draft, { spokenVoice: opened.object.audio.output.voice })
  act(draft, { kind: 'send_audio', part: partAddress(opened, opened.itemId), audio, skip })
  keepAlive(draft, response.id)
}

function activeResponse(draft: Draft, responseId: ResponseId): ActiveResponse | null {
  const { response } = draft.state
  return response?.id === responseId && response.modality === 'audio' ? response : null
}

function setSpeech(draft: Draft, response: ActiveResponse, fields: Partial<SpeechProgress>): ActiveResponse {
  const changed = { ...response, speech: { ...response.speech, ...fields } }
  set(draft, { response: changed })
  return changed
}
