import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judgeCompleteness } from './judge-completeness.ts'
import { type Sentences, known, unseen } from './sentences.testing.ts'

/** How many of the sentences are judged rightly, and how many would be cut off. */
function judged({ finished, unfinished }: Sentences): { right: number; cutOff: number; of: number } {
  const isFinished = (text: string): boolean => judgeCompleteness(text, 'en') === 'finished'
  return {
    right:
      finished.filter(isFinished).length +
      unfinished.filter((text) => judgeCompleteness(text, 'en') === 'unfinished').length,
    cutOff: unfinished.filter(isFinished).length,
    of: finished.length + unfinished.length,
  }
}

describe('What was said', () => {
  it.each(known.finished)('is finished: "%s"', (text) => {
    expect(judgeCompleteness(text, 'en')).toBe('finished')
  })

  it.each(known.unfinished)('goes on after: "%s"', (text) => {
    expect(judgeCompleteness(text, 'en')).toBe('unfinished')
  })

  it('is judged rightly in nine cases of ten that the rules were not written for', () => {
    const { right, cutOff, of } = judged(unseen)
    expect(of).toBe(100)
    expect(right).toBeGreaterThanOrEqual(90)
    expect(cutOff).toBeLessThanOrEqual(6)
  })

  it('is finished in every recording', async () => {
    const manifest = new URL('../../../fixtures/speech/manifest.json', import.meta.url)
    const recordings = JSON.parse(await readFile(manifest, 'utf8')) as { text: string }[]
    expect(recordings).not.toEqual([])
    for (const { text } of recordings) expect([text, judgeCompleteness(text)]).toEqual([text, 'finished'])
  })

  it.each([
    ['What is the weather in Paris?', 'finished'],
    ['What is the weather in?', 'finished'],
    ['What is the weather in.', 'unfinished'],
    ['I would like to book a table for.', 'unfinished'],
    ['The weather in Paris.', 'finished'],
    ['I called Mr.', 'unfinished'],
    ['It costs 3.', 'finished'],
    ['I need eggs,', 'unfinished'],
    ['I need…', 'unfinished'],
    ['I need...', 'unfinished'],
    ['I went to Paris —', 'unfinished'],
    ['He said "stop."', 'finished'],
    ['Stop! Cancel the', 'unfinished'],
    ['I am done. Thank you', 'finished'],
  ] as const)('"%s" is %s with its punctuation', (text, verdict) => {
    expect(judgeCompleteness(text, 'en')).toBe(verdict)
  })

  it.each([
    ['Wie ist das Wetter in Paris?', 'finished'],
    ['Ich hätte gern einen Tisch für', 'unknown'],
    ['Ich hätte gern einen Tisch, ', 'unfinished'],
    ['今日の天気はどうですか。', 'finished'],
    ['私は、', 'unfinished'],
    ['ما هو الطقس؟', 'finished'],
  ] as const)('"%s" is %s by its punctuation alone where it is not English', (text, verdict) => {
    expect(judgeCompleteness(text)).toBe(verdict)
    expect(judgeCompleteness(text, 'xx')).toBe(verdict)
  })

  it('is judged as English where the language is not named and the words are English', () => {
    expect(judgeCompleteness('what is the weather in')).toBe('unfinished')
    expect(judgeCompleteness('what is the weather in', 'en-GB')).toBe('unfinished')
    expect(judgeCompleteness('what is the weather in', 'de')).toBe('unknown')
  })

  it.each(['', '   ', '...', '?!'])('is unknown where there are no words: "%s"', (text) => {
    expect(judgeCompleteness(text, 'en')).toBe('unknown')
  })

  it('has a verdict whatever the text is', () => {
    const verdicts = new Set<string>()
    const word = fc.constantFrom(...[...known.finished, ...known.unfinished].flatMap((text) => text.split(' ')))
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(word, { maxLength: 30, size: 'max' }).map((all) => all.join(' ')),
    )
    fc.assert(
      fc.property(text, fc.constantFrom('en', undefined, 'de'), (said, language) => {
        verdicts.add(judgeCompleteness(said, language))
      }),
      { numRuns: 500 },
    )
    expect([...verdicts].toSorted()).toEqual(['finished', 'unfinished', 'unknown'])
  })

  it('depends only on its end, so that a long talk is judged as fast as a short one', () => {
    const talk = 'and then we went home '.repeat(50_000)
    expect(judgeCompleteness(`${talk}because`, 'en')).toBe('unfinished')
    expect(judgeCompleteness('a'.repeat(1_000_000), 'en')).not.toBe('unfinished')
  })
})
