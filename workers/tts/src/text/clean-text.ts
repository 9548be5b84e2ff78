/** Text as engines get it: well-formed, on one line, without control characters. Empty if it has nothing to say. */
export function cleanText(text: string): string {
  const clean = text
    .toWellFormed()
    .replace(/[\s\p{Cc}\uFFFD]+/gu, ' ')
    .trim()
  return hasSomethingToSay(clean) ? clean : ''
}

/** Whether there is a letter or a digit in it. */
export function hasSomethingToSay(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text)
}
