import type { Item } from '@voicebox/protocol'

/** A message in words, as a language model sees it: audio stands as its transcript. Null for what is not a message. */
export function wordsOf(item: Item): { role: 'system' | 'user' | 'assistant'; text: string } | null {
  if (item.type !== 'message') return null
  const parts = item.content.map((part) => ('text' in part ? part.text : (part.transcript ?? '')))
  return { role: item.role, text: parts.filter((text) => text !== '').join('\n') }
}
