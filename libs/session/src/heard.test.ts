import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { heardWords } from './heard.ts'
import { samplesToMs } from './spoken.ts'
import type { SpokenSegment } from './state.ts'

/** A segment that was spoken whole. */
function whole(text: string, ms: number): SpokenSegment {
  return { text, sentMs: ms, totalMs: ms }
}

const two = [whole('One two. ', 900), whole('Three four.', 1_100)]

describe('The words that were heard', () => {
  it.each([
    [0, ''],
    [250, ''],
    [300, 'One'],
    [799, 'One'],
    [800, 'One two.'],
    [900, 'One two.'],
    [1_399, 'One two.'],
    [1_400, 'One two. Three'],
    [1_999, 'One two. Three'],
    [2_000, 'One two. Three four.'],
    [9_999, 'One two. Three four.'],
  ])('by %i ms are those that had ended', (endMs, words) => {
    expect(heardWords(two, endMs)).toBe(words)
  })

  it('of a segment that was cut off are those of what was sent, at its pace', () => {
    const cut = [whole('One two. ', 900), { text: 'Three four five.', sentMs: 1_000, totalMs: null }]
    // 100 ms a character, as in the first segment: ten of them in a second
    expect(heardWords(cut, 5_000)).toBe('One two. Three four')
    expect(heardWords([{ text: 'Three four five.', sentMs: 650, totalMs: null }], 5_000)).toBe('Three four')
  })

  it('of a segment of which only a part was sent do not go beyond that part', () => {
    expect(heardWords([{ text: 'One two three.', sentMs: 500, totalMs: 1_400 }], 1_400)).toBe('One')
  })

  it('leave out a segment that could not be spoken, and go on after it', () => {
    const failed = { text: 'Never said. ', sentMs: 0, totalMs: 0 }
    expect(heardWords([whole('One. ', 500), failed, whole('Two.', 500)], 1_000)).toBe('One. Two.')
  })

  it('are none of what is not planned', () => {
    expect(heardWords([], 1_000)).toBe('')
  })
})

const words = fc.stringMatching(/^[a-z]{1,8}(,? [a-z]{1,8}){0,5}\. ?$/)
const samples = fc.integer({ min: 1, max: 100_000 })

const spoken = fc.record({ text: words, samples }).map(({ text, samples }) => whole(text, samplesToMs(samples)))
const broken = fc
  .record({ text: words, samples, share: fc.double({ min: 0, max: 1, noNaN: true }), isKnown: fc.boolean() })
  .map(({ text, samples, share, isKnown }) => ({
    text,
    sentMs: samplesToMs(Math.floor(samples * share)),
    totalMs: isKnown ? samplesToMs(samples) : null,
  }))
const segments = fc.array(fc.oneof({ weight: 3, arbitrary: spoken }, broken), { maxLength: 8, size: 'max' })

function sentMs(all: readonly SpokenSegment[]): number {
  return all.reduce((sum, segment) => sum + segment.sentMs, 0)
}

describe('Property: the words that were heard', () => {
  it('are none at 0, and never fewer at a later time', () => {
    fc.assert(
      fc.property(segments, fc.array(fc.nat(40_000), { maxLength: 20, size: 'max' }), (all, times) => {
        let before = heardWords(all, 0)
        expect(before).toBe('')
        for (const endMs of times.toSorted((a, b) => a - b)) {
          const now = heardWords(all, endMs)
          expect(now.startsWith(before)).toBe(true)
          before = now
        }
      }),
    )
  })

  it('are the beginning of what was said, up to a whole word', () => {
    fc.assert(
      fc.property(segments, fc.nat(40_000), (all, endMs) => {
        const said = all
          .filter((segment) => segment.sentMs > 0)
          .map(({ text }) => text)
          .join('')
        const heard = heardWords(all, endMs)
        expect(said.startsWith(heard)).toBe(true)
        expect(heard === '' || heard.endsWith('.') || said.slice(heard.length).startsWith(' ')).toBe(true)
      }),
    )
  })

  it('are all of them once all was played, whatever the lengths add up to', () => {
    fc.assert(
      fc.property(fc.array(spoken, { maxLength: 30, size: 'max' }), (all) => {
        const said = all.map(({ text }) => text).join('')
        const samples = Math.round(sentMs(all) * 24)
        expect(heardWords(all, samplesToMs(samples))).toBe(said.trimEnd())
        expect(heardWords(all, Math.ceil(samplesToMs(samples)))).toBe(said.trimEnd())
      }),
    )
  })
})
