import type { ContextItem } from '@voicebox/engines'
import { pairTools } from './tool-pairs.ts'

/** Stands for a turn of the user in which nothing was understood. */
export const inaudible = '[inaudible]'

/**
 * The conversation as the model shall see it, of the entries of each item; null where an item is gone. Calls and results
 * are paired as `pairTools` has it. Messages without words or pictures are left out, except a turn of the user that has
 * not been answered in words: one that is the question, because the model must not take an earlier turn for it, and one
 * on which the assistant called a tool, because some providers refuse calls that follow no turn of the user.
 */
export function contextOf(items: readonly (readonly ContextItem[] | null)[]): ContextItem[] {
  const given = items.flatMap((entries) => entries ?? [])
  const entries = pairTools(given.filter((entry) => entry.role === 'user' || !isEmpty(entry)))
  const seen: ContextItem[] = []
  let next: ContextItem['role'] | undefined // of what follows, but for the system's words
  for (const entry of entries.toReversed()) {
    if (!isEmpty(entry)) seen.push(entry)
    else if (next === undefined || next === 'tool_call') seen.push({ ...entry, text: inaudible })
    else continue
    if (entry.role !== 'system') next = entry.role
  }
  return seen.reverse()
}

function isEmpty(entry: ContextItem): entry is Extract<ContextItem, { text: string }> {
  return 'text' in entry && entry.text.trim() === '' && (entry.images ?? []).length === 0
}
