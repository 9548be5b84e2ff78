/** The numbers that a voice takes for phonemes: begin, then each with padding after it, then end. Unknown ones are left out. */
export function phonemeIds(phonemes: string, map: Readonly<Record<string, readonly number[]>>): number[] {
  const pad = map['_'] ?? []
  const spoken = Array.from(phonemes).flatMap((phoneme) => {
    const ids = map[phoneme]
    return ids === undefined ? [] : [...ids, ...pad]
  })
  return [...(map['^'] ?? []), ...spoken, ...(map['$'] ?? [])]
}
