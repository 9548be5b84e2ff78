import { charactersRead, fitContext } from './context-window.ts'
import { act, type Draft, makeId, set } from './draft.ts'
import { failUnanswered } from './apology.ts'
import { fail } from './end-response.ts'
import { keepAlive } from './keep-alive.ts'
import { isLost, outageFailure, tellOutage } from './outage.ts'
import { sessionInstructions } from './prompt.ts'
import { putResponse } from './responses.ts'
import type { ActiveResponse, Entry } from './state.ts'
import { boundTools, offeredTools } from './tools.ts'
import { tokensToRead } from './usage.ts'
import { speechOf } from './voice.ts'

/** Asks the language model once nothing is awaited any more; where nobody can be asked, the response fails at once. */
export function startGenerating(draft: Draft, response: ActiveResponse): void {
  if (response.awaiting.length > 0) return
  if (isLost(draft.state, 'language')) {
    tellOutage(draft, 'language')
    return failUnanswered(draft, response, outageFailure.language)
  }
  const { toolbox, instructions, modality, object } = response
  const { max_output_tokens: limit } = object
  const { truncation } = draft.state.session
  const offered = boundTools(draft.state, response)
  const offer = offeredTools(offered, toolbox)
  const toolCharacters = JSON.stringify(offer.tools ?? []).length
  if (response.readsConversation && response.isInConversation) leaveOutForGood(draft, response)
  const entries = entriesOf(draft, response)
  const shown = fitContext(draft.state, { entries, truncation, instructions, toolCharacters, maxOutputTokens: limit })
  if (shown === null) return fail(draft, response, overflow)
  const itemIds = shown.map(({ item }) => item.id)
  const reading = {
    inputAudioMs: shown.reduce((sum, entry) => (isUsers(entry) ? sum + entry.audioMs : sum), 0),
    inputCharacters: instructions.length + toolCharacters + charactersRead(draft.state, shown),
  }
  const isSpoken = modality === 'audio' && !isLost(draft.state, 'speech')
  if (modality === 'audio') tellOutage(draft, 'speech')
  act(draft, {
    kind: 'generate',
    jobId: makeId(draft, 'job'),
    estimatedTokens: tokensToRead(reading),
    request: {
      responseId: response.id,
      instructions,
      itemIds,
      ...offer,
      ...(toolbox.reasoningEffort === undefined ? {} : { reasoningEffort: toolbox.reasoningEffort }),
      ...(toolbox.temperature === undefined ? {} : { temperature: toolbox.temperature }),
      ...(typeof limit === 'number' ? { maxOutputTokens: limit } : {}),
      ...(isSpoken ? { speech: speechOf(draft.state, response) } : {}),
    },
  })
  putResponse(draft, {
    ...response,
    offered,
    ...reading,
  })
  keepAlive(draft, response.id)
}

const overflow = {
  type: 'invalid_request_error',
  code: 'context_length_exceeded',
  message: 'The conversation is longer than the model can read, and truncation is disabled.',
}

/** What of the response's context is still there; an item that it was given by name may have given way in the conversation. */
function entriesOf(draft: Draft, { itemIds, readsConversation }: ActiveResponse): Entry[] {
  const known = new Map([...draft.state.entries, ...draft.state.asides].map((entry) => [entry.item.id, entry]))
  const entries = itemIds.flatMap((id) => known.get(id) ?? [])
  return readsConversation ? entries.filter(({ isLeftOut }) => !isLeftOut) : entries
}

/**
 * What gave way once stays away, so that the beginning of the context does not change with every turn. The session's own
 * settings decide on it: what one response asks for shall not cost the next ones their context.
 */
function leaveOutForGood(draft: Draft, response: ActiveResponse): void {
  const { session, prompts } = draft.state
  const entries = entriesOf(draft, response)
  const shown = fitContext(draft.state, {
    entries,
    truncation: session.truncation,
    instructions: sessionInstructions(session, prompts),
    toolCharacters: JSON.stringify(session.tools).length,
    maxOutputTokens: session.max_output_tokens,
  })
  if (shown === null || shown.length === entries.length) return
  const ids = new Set(entries.slice(0, entries.length - shown.length).map(({ item }) => item.id))
  set(draft, {
    entries: draft.state.entries.map((entry) => (ids.has(entry.item.id) ? { ...entry, isLeftOut: true } : entry)),
  })
}

function isUsers({ item }: Entry): boolean {
  return item.type === 'message' && item.role === 'user'
}
