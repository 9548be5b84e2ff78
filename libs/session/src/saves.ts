import type { Effect } from './effect.ts'
import { saveOf } from './entries.ts'
import type { SessionState } from './state.ts'

/** All that language workers may be asked to read, for when it must be saved anew. */
export function savesOf(state: SessionState): Extract<Effect, { kind: 'save_item' }>[] {
  return [...state.entries, ...state.asides].map((entry) => saveOf(state, entry))
}
