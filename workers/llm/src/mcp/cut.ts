/** Shortens a text to `max` characters, the note included, without splitting a character. */
export function cut(text: string, max: number, note = ''): string {
  if (text.length <= max) return text
  return text.slice(0, max - note.length).replace(/[\uD800-\uDBFF]$/, '') + note
}
