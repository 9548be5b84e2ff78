import type { Draft } from './draft.ts'
import { fail } from './response.ts'
import { settleTranscript } from './transcription.ts'

/** Nobody said anything about this piece of work for too long: it counts as failed, so that no client waits for ever. */
export function giveUp(draft: Draft, subject: string): void {
  const failure = { code: 'engine_timeout', message: 'No engine answered in time.' }
  const { response } = draft.state
  if (response?.id === subject) fail(draft, response, failure)
  else settleTranscript(draft, { kind: 'transcript_failed', itemId: subject, ...failure })
}
