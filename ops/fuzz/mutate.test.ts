import { describe, expect, it } from 'vitest'
import { makeChance } from '../chaos/plan/chance.ts'
import { loadTranscripts } from './corpus.ts'
import { mutate, mutateFrame } from './mutate.ts'

describe('What is mutated', async () => {
  const transcripts = await loadTranscripts()
  const [first = []] = transcripts

  it('is the same for the same chance, and leaves what it was made of as it was', () => {
    const before = JSON.stringify(transcripts)
    const made = (seed: number): string[] => mutate(first, transcripts, makeChance(seed))
    expect(made(1)).toEqual(made(1))
    expect(new Set(Array.from({ length: 50 }, (_, seed) => JSON.stringify(made(seed)))).size).toBeGreaterThan(40)
    expect(JSON.stringify(transcripts)).toBe(before)
  })

  it('is mostly still JSON, and now and then none', () => {
    const frame = '{"type":"conversation.item.create","item":{"type":"message","role":"user","content":[]}}'
    const made = Array.from({ length: 400 }, (_, seed) => mutateFrame(frame, first[0] ?? '', makeChance(seed)))
    const broken = made.filter((text) => !isJson(text)).length
    expect(broken).toBeGreaterThan(4)
    expect(broken).toBeLessThan(80)
    expect(made.some((text) => text.includes('__proto__'))).toBe(true)
  })
})

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
