import { fitContext } from './context-window.ts'
import { act, type Draft, set } from './draft.ts'
import { fail } from './end-response.ts'
import { charactersIn, findAnyEntry } from './entries.ts'
import { keepAlive } from './keep-alive.ts'
import { putResponse } from './responses.ts'
import type { ActiveResponse, Entry } from './state.ts'
import { boundTools, offeredTools } from './tools.ts'
import { voiceName } from './voice.ts'

/** Asks the language model once nothing is awaited any more. */
export function startGenerating(draft: Draft, response: ActiveResponse): void {
  if (response.awaiting.length > 0) return
  const { toolbox, instructions, modality, object } = response
  const { max_output_tokens: limit } = object
  const { truncation, audio } = draft.state.session
  const offer = offeredTools(boundTools(draft.state, toolbox), toolbox)
  const toolCharacters = JSON.stringify(offer.tools ?? []).length
  const entries = entriesOf(draft, response)
  const shown = fitContext(draft.state, { entries, truncation, instructions, toolCharacters, maxOutputTokens: limit })
  if (shown === null) return fail(draft, response, overflow)
  leaveOut(draft, entries.slice(0, entries.length - shown.length))
  const itemIds = shown.map(({ item }) => item.id)
  const speech = { voice: voiceName(object.audio.output.voice), speed: audio.output.speed }
  act(draft, {
    kind: 'generate',
    request: {
      responseId: response.id,
      instructions,
      itemIds,
      ...offer,
      ...(toolbox.reasoningEffort === undefined ? {} : { reasoningEffort: toolbox.reasoningEffort }),
      ...(toolbox.temperature === undefined ? {} : { temperature: toolbox.temperature }),
      ...(typeof limit === 'number' ? { maxOutputTokens: limit } : {}),
      ...(modality === 'audio' ? { speech } : {}),
    },
  })
  putResponse(draft, {
    ...response,
    inputAudioMs: shown.reduce((sum, entry) => (isUsers(entry) ? sum + entry.audioMs : sum), 0),
    inputCharacters: instructions.length + toolCharacters + charactersIn(draft.state, shown),
  })
  keepAlive(draft, response.id)
}

const overflow = {
  type: 'invalid_request_error',
  code: 'context_length_exceeded',
  message: 'The conversation is longer than the model can read, and truncation is disabled.',
}

/** What of the response's context is still there. */
function entriesOf(draft: Draft, { itemIds }: ActiveResponse): Entry[] {
  return itemIds.flatMap((id) => findAnyEntry(draft.state, id) ?? [])
}

/** What gave way once stays away, so that the beginning of the context does not change with every turn. */
function leaveOut(draft: Draft, left: readonly Entry[]): void {
  if (left.length === 0) return
  const ids = new Set(left.map(({ item }) => item.id))
  set(draft, {
    entries: draft.state.entries.map((entry) => (ids.has(entry.item.id) ? { ...entry, isLeftOut: true } : entry)),
  })
}

function isUsers({ item }: Entry): boolean {
  return item.type === 'message' && item.role === 'user'
}
