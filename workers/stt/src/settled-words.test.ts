import { describe, expect, it } from 'vitest'
import { makeSettledWords } from './settled-words.ts'

describe('Settled words', () => {
  it('are only ever extended, by whole words', () => {
    const words = makeSettledWords({ isSilenced: false })
    const texts = ['', 'turn', 'turn it', 'turn it', 'turn', 'turning it on', 'turn it on', 'turn it off and on']
    expect(texts.filter((text) => words.extend(text))).toEqual(['turn', 'turn it', 'turn it on'])
  })

  it('are none where another attempt has said some that are not known', () => {
    expect(makeSettledWords({ isSilenced: true }).extend('turn it on')).toBe(false)
  })
})
