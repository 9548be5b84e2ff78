import type { ContextItem } from '@voicebox/engines'

/** What an entry of the conversation says. */
export function wordsIn(entry: ContextItem): string {
  if ('text' in entry) return entry.text
  return entry.role === 'tool_call' ? `${entry.name} ${entry.arguments}` : entry.output
}
