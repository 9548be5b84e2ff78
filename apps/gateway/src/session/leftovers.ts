import { responsesIn, type SessionState, usageOf } from '@voicebox/session'
import type { Leftovers } from './work.ts'

/** What must be stopped and freed when a session ends: work in progress, and items that have audio. */
export function leftoversOf(state: SessionState): Leftovers {
  const all = [...state.entries, ...state.asides]
  const open = state.buffer.itemId === null ? [] : [state.buffer.itemId]
  const responses = responsesIn(state)
  const atWork = [...all.map(({ item }) => item), ...responses.flatMap(({ output }) => output.map(({ item }) => item))]
  return {
    subjects: [
      ...open,
      ...all.filter(({ transcription }) => transcription === 'pending').map(({ item }) => item.id),
      ...responses.map(({ id }) => id),
      ...state.listings.filter(({ status }) => status === 'in_progress').map(({ itemId }) => itemId),
      ...new Set(
        atWork.filter(({ type, status }) => type === 'mcp_call' && status === 'in_progress').map(({ id }) => id),
      ),
    ],
    spokenItemIds: [
      ...open,
      ...all.filter(({ item, audio }) => audio !== null || item.status === 'in_progress').map(({ item }) => item.id),
    ],
    unsettled: responses.map((response) => ({ responseId: response.id, tokens: usageOf(response).total_tokens })),
  }
}
