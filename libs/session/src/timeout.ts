import { act, type Draft } from './draft.ts'
import { fail } from './end-response.ts'
import { findAnyEntry } from './entries.ts'
import { breakSilence } from './idle.ts'
import type { TimerSubject } from './input.ts'
import { settleCall } from './mcp-call.ts'
import { settleListing } from './mcp-listing.ts'
import { refuse } from './refuse.ts'
import { responsesIn } from './responses.ts'
import type { ActiveResponse } from './state.ts'
import { settleTranscript } from './transcription.ts'
import { endWithoutVoice, isUnspoken } from './unspoken.ts'

const failure = { code: 'engine_timeout', message: 'No engine answered in time.' }

/** A wait is over: the user has been silent for too long, or a piece of work counts as failed, so that no client waits for ever. */
export function giveUp(draft: Draft, subject: TimerSubject): void {
  if (subject === 'idle') return breakSilence(draft)
  act(draft, { kind: 'cancel_work', subject })
  const response = responsesIn(draft.state).find(({ id }) => id === subject)
  if (response !== undefined) return giveUpResponse(draft, response)
  // its item may be deleted by now, and responses wait for it all the same
  if (draft.state.listings.some(({ itemId }) => itemId === subject))
    return settleListing(draft, { kind: 'listing_failed', itemId: subject, ...failure })
  const output = responsesIn(draft.state).flatMap(({ output }) => output)
  const item = findAnyEntry(draft.state, subject)?.item ?? output.find((one) => one.item.id === subject)?.item
  if (item?.type !== 'mcp_call')
    return settleTranscript(draft, { kind: 'transcript_failed', itemId: subject, ...failure })
  const error = { type: 'tool_execution_error' as const, message: 'The server did not answer in time.' }
  settleCall(draft, { kind: 'tool_failed', itemId: subject, error })
}

/** A response that waits for a tool has that tool's timer; one that is whole but for its voice goes on without it. */
function giveUpResponse(draft: Draft, response: ActiveResponse): void {
  const { finish, output } = response
  if (finish === null) return fail(draft, response, failure)
  if (isUnspoken(response)) {
    refuse(draft, null, {
      type: 'server_error',
      code: 'speech_unavailable',
      message: 'The answer could not be spoken: no speech engine answered in time.',
    })
    endWithoutVoice(draft, response)
  } else if (output.every(({ phase }) => phase !== 'running')) {
    return fail(draft, response, failure)
  }
}
