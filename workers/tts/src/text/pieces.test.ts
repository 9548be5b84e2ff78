import { describe, expect, it } from 'vitest'
import { splitIntoPieces } from './pieces.ts'

describe('Pieces of a text', () => {
  it('are the text itself where it is short', () => {
    expect(splitIntoPieces('Good morning. How are you?')).toEqual(['Good morning. How are you?'])
  })

  it('end with a sentence where one ends', () => {
    expect(splitIntoPieces('One is here. Two is there, too. Three', 28)).toEqual([
      'One is here.',
      'Two is there, too. Three',
    ])
  })

  it('else with a clause, else with a word', () => {
    expect(splitIntoPieces('first, the second part of it', 20)).toEqual(['first,', 'the second part of', 'it'])
  })

  it('are cut anywhere where there is no word, but not within a character', () => {
    const letters = '𝔞'.repeat(25)
    const pieces = splitIntoPieces(letters, 10)
    expect(pieces.join('')).toBe(letters)
    expect(pieces.every((piece) => piece.isWellFormed())).toBe(true)
  })

  it('leave no word out, whatever the text', () => {
    const text = 'It costs 3.50, or 4! Really? Yes (so they say); "quite so" — 日本語です。はい。 and on '
      .repeat(30)
      .trim()
    expect(splitIntoPieces(text, 40).join(' ').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''))
  })

  it('are shorter where there are many digits, which take long to say', () => {
    expect(splitIntoPieces('1234567890 '.repeat(24)).length).toBeGreaterThan(5)
  })

  it('leave out what has nothing to say', () => {
    expect(splitIntoPieces('Yes. ... ... ...', 5)).toEqual(['Yes.'])
  })
})
