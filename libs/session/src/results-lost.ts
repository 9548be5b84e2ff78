import { act, type Draft } from './draft.ts'
import { endResponse, fail } from './end-response.ts'
import { failTranscripts } from './failed-transcripts.ts'
import type { Subject } from './effect.ts'
import { settleCall } from './mcp-call.ts'
import { settleListing } from './mcp-listing.ts'
import { refuse } from './refuse.ts'
import { responsesIn } from './responses.ts'
import type { SessionState } from './state.ts'
import { changeBuffer } from './utterance.ts'

const failure = {
  code: 'results_lost',
  message:
    'Some of what was made for this session was lost before it could be sent: events were read too slowly, or the session store lost them.',
}

/**
 * Nobody knows what is missing, so all that others were asked for ends with what there is of it; the session goes on. What they
 * have not been asked for yet goes on as well, and where nothing is under way nothing is told.
 */
export function loseResults(draft: Draft, unasked: readonly Subject[] = []): void {
  const lost = new Set(subjectsIn(draft.state).filter((subject) => !unasked.includes(subject)))
  if (lost.size === 0) return
  refuse(draft, null, { type: 'server_error', ...failure })
  for (const response of responsesIn(draft.state)) {
    if (!lost.has(response.id)) continue
    if (response.failure !== null) fail(draft, response, response.failure)
    else endResponse(draft, response, { status: 'incomplete', status_details: { type: 'incomplete' } })
  }
  const { itemId: spokenId, isTranscribing } = draft.state.buffer
  // the commit will ask again
  if (isTranscribing && spokenId !== null && lost.has(spokenId)) changeBuffer(draft, { isTranscribing: false })
  failTranscripts(draft, failure, (itemId) => lost.has(itemId))
  for (const { itemId, status } of draft.state.listings) {
    if (status !== 'in_progress' || !lost.has(itemId)) continue
    act(draft, { kind: 'cancel_work', subject: itemId })
    settleListing(draft, { kind: 'listing_failed', itemId, ...failure })
  }
  for (const { item } of draft.state.entries) {
    if (item.type !== 'mcp_call' || item.status !== 'in_progress' || !lost.has(item.id)) continue
    act(draft, { kind: 'cancel_work', subject: item.id })
    const error = { type: 'tool_execution_error' as const, message: 'The result was lost.' }
    settleCall(draft, { kind: 'tool_failed', itemId: item.id, error })
  }
}

/** What others are to say something about. */
function subjectsIn(state: SessionState): Subject[] {
  const { buffer, entries, asides, listings } = state
  return [
    ...responsesIn(state).map(({ id }) => id),
    ...(buffer.isTranscribing && buffer.itemId !== null ? [buffer.itemId] : []),
    ...[...entries, ...asides].flatMap(({ item, transcription }) => (transcription === 'pending' ? [item.id] : [])),
    ...listings.flatMap(({ itemId, status }) => (status === 'in_progress' ? [itemId] : [])),
    ...entries.flatMap(({ item }) => (item.type === 'mcp_call' && item.status === 'in_progress' ? [item.id] : [])),
  ]
}
