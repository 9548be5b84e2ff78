import type { ContextItem } from '@voicebox/engines'

/** Stands for a turn of the user in which nothing was understood. */
export const inaudible = '[inaudible]'

/**
 * The conversation as the model shall see it. Items without words are left out, except the user's last turn: the model
 * must not take an earlier one for the question.
 */
export function contextOf(items: readonly (ContextItem | null)[]): ContextItem[] {
  const spoken = items.filter((item) => item !== null)
  const question = spoken.findLast((item) => item.role === 'user')
  return spoken.flatMap((item) => {
    if (item.text.trim() !== '') return [item]
    return item === question ? [{ ...item, text: inaudible }] : []
  })
}
