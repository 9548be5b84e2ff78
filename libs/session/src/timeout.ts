import { act, type Draft, set } from './draft.ts'
import { completeWhenSpoken } from './generation.ts'
import { refuse } from './refuse.ts'
import { fail } from './response.ts'
import type { ActiveResponse } from './state.ts'
import { settleTranscript } from './transcription.ts'

/** Nobody said anything about this piece of work for too long: it counts as failed, so that no client waits for ever. */
export function giveUp(draft: Draft, subject: string): void {
  const failure = { code: 'engine_timeout', message: 'No engine answered in time.' }
  act(draft, { kind: 'cancel_work', subject })
  const { response } = draft.state
  if (response?.id !== subject)
    return settleTranscript(draft, { kind: 'transcript_failed', itemId: subject, ...failure })
  if (response.finish === null) return fail(draft, response, failure)
  goOnWithoutSpeech(draft, response, response.finish.segments)
}

/** Everything was written and only the voice is missing: the text stands, and the client is told why it is silent. */
function goOnWithoutSpeech(draft: Draft, response: ActiveResponse, segments: number): void {
  refuse(draft, null, {
    type: 'server_error',
    code: 'speech_unavailable',
    message: 'The answer could not be spoken: no speech engine answered in time.',
  })
  set(draft, { response: { ...response, speech: { ...response.speech, segment: segments } } })
  completeWhenSpoken(draft)
}
