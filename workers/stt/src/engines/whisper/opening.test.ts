import { describe, expect, it } from 'vitest'
import { type ControlTokens, openingOf } from './opening.ts'

const multilingual: ControlTokens = {
  startOfTranscript: 1,
  startOfPrevious: 2,
  languages: new Map([
    ['en', 10],
    ['de', 11],
  ]),
  transcribe: 3,
  noTimestamps: 4,
}
const english: ControlTokens = { ...multilingual, languages: null }

describe('the opening of a transcript', () => {
  it('names language and task to a multilingual model', () => {
    expect(openingOf(multilingual, { language: 'de' })).toEqual({ prefix: [1, 11, 3, 4], choices: [] })
  })

  it('leaves the language to the model where none is named', () => {
    expect(openingOf(multilingual, {})).toEqual({ prefix: [1], choices: [[10, 11], [3], [4]] })
  })

  it('leaves no choice to a model that knows one language', () => {
    const tokens = { ...multilingual, languages: new Map([['en', 10]]) }
    expect(openingOf(tokens, {})).toEqual({ prefix: [1, 10, 3, 4], choices: [] })
  })

  it('names neither language nor task to an English-only model', () => {
    expect(openingOf(english, { language: 'en' })).toEqual({ prefix: [1, 4], choices: [] })
  })

  it('puts the words to expect first', () => {
    expect(openingOf(english, { promptTokens: [7, 8] })).toEqual({ prefix: [2, 7, 8, 1, 4], choices: [] })
  })
})
