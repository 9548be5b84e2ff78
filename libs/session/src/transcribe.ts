import { act, type Draft, makeId } from './draft.ts'
import { changeEntry, findAnyEntry } from './entries.ts'
import { isLost } from './outage.ts'

/** Asks for the words of an utterance, where there is somebody to ask. */
export function transcribe(draft: Draft, itemId: string): void {
  if (isLost(draft.state, 'transcription')) return
  const { session } = draft.state
  const wanted = session.audio.input.transcription
  act(draft, {
    kind: 'transcribe',
    jobId: makeId(draft, 'job'),
    request: {
      itemId,
      ...(wanted?.language ? { language: wanted.language } : {}),
      ...(wanted?.prompt ? { prompt: wanted.prompt } : {}),
      ...(wantsLogprobs(draft) ? { wantsLogprobs: true } : {}),
    },
  })
}

/** Asks for the words of an item whose audio is complete, unless that was done before. */
export function askForWords(draft: Draft, itemId: string): void {
  const entry = findAnyEntry(draft.state, itemId)
  if (entry?.transcription !== 'unasked') return
  changeEntry(draft, itemId, { transcription: 'pending' })
  transcribe(draft, itemId)
  act(draft, { kind: 'arm_timer', subject: itemId, ms: draft.state.limits.workTimeoutMs + entry.audioMs })
}

export function wantsLogprobs({ state }: Draft): boolean {
  return state.session.include?.includes('item.input_audio_transcription.logprobs') ?? false
}
