import { describe, expect, it } from 'vitest'
import { characterMs, sampleRateHz, spell } from './spelling.ts'

const characterSamples = (characterMs * sampleRateHz) / 1000

/** What the stub says of a character. */
function said(text: string, voice = 'alloy'): string {
  return spell({ text, voice, speed: 1 }).cut(0, characterSamples).join()
}

describe('What the stub says', () => {
  it('is the same whether it is made at once or in parts, at any speed', () => {
    for (const speed of [0.25, 1, 1.3]) {
      const { samples, cut } = spell({ text: 'Good day', voice: 'marin', speed })
      expect(samples).toBe(Math.round((8 * characterSamples) / speed))
      const parts = [cut(0, 1), cut(1, 2_000), cut(2_001, samples - 2_001)]
      expect(parts.map((part) => part.join()).join()).toBe(cut(0, samples).join())
    }
  })

  it('spells the text: what a character sounds like depends on it and on the voice alone', () => {
    const { samples, cut } = spell({ text: 'abba', voice: 'alloy', speed: 1 })
    const letters = Array.from({ length: 4 }, (_, at) => cut(at * characterSamples, characterSamples).join())
    expect(samples).toBe(4 * characterSamples)
    expect(letters).toEqual([said('a'), said('b'), said('b'), said('a')])
  })

  it('sounds different for each character of ASCII, and for each voice', () => {
    const ascii = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code))
    expect(new Set(ascii.map((character) => said(character))).size).toBe(128)
    expect(said('a', 'cedar')).not.toBe(said('a', 'alloy'))
  })
})
