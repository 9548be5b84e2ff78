/** Words inserted, left out and mistaken, over the words that were said; case and punctuation do not count. 0 is exact. */
export function wordErrorRate(said: string, heard: string): number {
  const reference = wordsOf(said)
  const hypothesis = wordsOf(heard)
  if (reference.length === 0) return hypothesis.length === 0 ? 0 : 1
  let distances = [...hypothesis.keys(), hypothesis.length]
  for (const [row, word] of reference.entries()) {
    const next = [row + 1]
    for (const [column, other] of hypothesis.entries()) {
      const substituted = (distances[column] ?? 0) + (word === other ? 0 : 1)
      next.push(Math.min(substituted, (distances[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1))
    }
    distances = next
  }
  return (distances.at(-1) ?? 0) / reference.length
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? []
}
