import { act, type Draft } from './draft.ts'
import { endResponse, fail } from './end-response.ts'
import { failTranscripts } from './failed-transcripts.ts'
import { settleCall } from './mcp-call.ts'
import { settleListing } from './mcp-listing.ts'
import { refuse } from './refuse.ts'
import { responsesIn } from './responses.ts'
import { changeBuffer } from './utterance.ts'

const failure = {
  code: 'results_lost',
  message: 'Some of what was made for this session was lost before it could be sent: events are read too slowly.',
}

/** Nobody knows what is missing, so all that is under way ends with what there is of it; the session goes on. */
export function loseResults(draft: Draft): void {
  refuse(draft, null, { type: 'server_error', ...failure })
  for (const response of responsesIn(draft.state)) {
    if (response.failure !== null) fail(draft, response, response.failure)
    else endResponse(draft, response, { status: 'incomplete', status_details: { type: 'incomplete' } })
  }
  // the commit will ask again
  if (draft.state.buffer.isTranscribing) changeBuffer(draft, { isTranscribing: false })
  failTranscripts(draft, failure)
  for (const { itemId, status } of draft.state.listings) {
    if (status !== 'in_progress') continue
    act(draft, { kind: 'cancel_work', subject: itemId })
    settleListing(draft, { kind: 'listing_failed', itemId, ...failure })
  }
  for (const { item } of draft.state.entries) {
    if (item.type !== 'mcp_call' || item.status !== 'in_progress') continue
    act(draft, { kind: 'cancel_work', subject: item.id })
    const error = { type: 'tool_execution_error' as const, message: 'The result was lost.' }
    settleCall(draft, { kind: 'tool_failed', itemId: item.id, error })
  }
}
