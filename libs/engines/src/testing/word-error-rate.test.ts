import { describe, expect, it } from 'vitest'
import { wordErrorRate } from './word-error-rate.ts'

describe('the word error rate', () => {
  it('is zero for the same words, whatever their case and punctuation', () => {
    expect(wordErrorRate("It's three o'clock.", "it's three o'clock")).toBe(0)
    expect(wordErrorRate('', '')).toBe(0)
  })

  it.each([
    ['one two three four', 'one too three four', 1 / 4],
    ['one two three four', 'one two four', 1 / 4],
    ['one two three four', 'one two and three four', 1 / 4],
    ['one two', '', 1],
    ['one', 'two three', 2],
    ['', 'one', 1],
  ])('counts what is wrong over what was said: "%s" heard as "%s"', (said, heard, rate) => {
    expect(wordErrorRate(said, heard)).toBe(rate)
  })
})
