import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { piecesOf } from './token-pieces.ts'

const utf8 = new TextDecoder()
/** A tokenizer whose tokens are bytes, except for 256, which is no text. */
const decodeBytes = (ids: number[]): string => utf8.decode(Uint8Array.from(ids.filter((id) => id < 256)))
const bytesOf = (text: string): number[] => [...new TextEncoder().encode(text)]
const minusOneEach = (ids: readonly number[]): number[] => ids.map(() => -1)

describe('The pieces of a text', () => {
  it('are its tokens, less the space around the text', () => {
    const vocabulary = ['', ' what', ' time', ' is', ' it', '?', ' ']
    const decode = (ids: number[]): string => ids.map((id) => vocabulary[id]).join('')
    expect(piecesOf([1, 2, 5, 6], [-0.1, -0.2, -0.3, -0.4], decode)).toEqual([
      { token: 'what', logprob: -0.1 },
      { token: ' time', logprob: -0.2 },
      { token: '?', logprob: -0.3 },
    ])
  })

  it('join the tokens that are one letter only together, and leave out those that are no text', () => {
    const ids = [...bytesOf('a日'), 256, ...bytesOf('b')]
    expect(piecesOf(ids, minusOneEach(ids), decodeBytes)).toEqual([
      { token: 'a', logprob: -1 },
      { token: '日', logprob: -3 },
      { token: 'b', logprob: -1 },
    ])
  })

  it('are one where a later token changes the text before it', () => {
    const decode = (ids: number[]): string => (ids.length < 2 ? 'do ' : "don't")
    expect(piecesOf([1, 2], [-1, -2], decode)).toEqual([{ token: "don't", logprob: -3 }])
  })

  it('are the text in a row, whatever it is', () => {
    let letters = 0
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.array(fc.nat(255), { maxLength: 20 }), (text, noise) => {
        for (const ids of [bytesOf(text), noise]) {
          const pieces = piecesOf(ids, minusOneEach(ids), decodeBytes)
          letters += pieces.length
          expect(pieces.map(({ token }) => token).join('')).toBe(decodeBytes([...ids]).trim())
          expect(pieces.every(({ token }) => token !== '')).toBe(true)
        }
      }),
    )
    expect(letters).toBeGreaterThan(100)
  })
})
