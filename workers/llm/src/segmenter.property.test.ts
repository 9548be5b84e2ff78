import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Segment, makeSegmenter } from './segmenter.ts'

const pieces = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom('word', 'Next', 'Dr', 'e.g', '3.14', '1,000', 'U.S', 'https://a.b/c?d=e', '今天', '好'),
  },
  {
    weight: 6,
    arbitrary: fc.constantFrom(' ', '. ', ', ', '! ', '.', ',', '?', '\n', '\n\n', ': ', ' — ', '。', '，', '...'),
  },
  { weight: 2, arbitrary: fc.constantFrom('**', '`', '```', '- ', '1. ', '🎉', '👍🏽', '[', '](', ')', '"', '---') },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 5 }) },
)
const texts = fc.array(pieces, { maxLength: 200, size: 'max' }).map((parts) => parts.join(''))

/** A text, and the places at which it is divided into deltas. */
const divided = texts.chain((text) =>
  fc.tuple(
    fc.constant(text),
    fc.array(fc.nat(text.length), { maxLength: 20 }).map((cuts) => cuts.sort((a, b) => a - b)),
  ),
)

function segmentsOf(deltas: readonly string[]): Segment[] {
  const segmenter = makeSegmenter()
  return [...deltas.flatMap((delta) => segmenter.append(delta)), ...segmenter.end()]
}

describe('segments of any text', () => {
  it('are the text when put together, and none is empty or mute but the last', () => {
    let seen = 0
    fc.assert(
      fc.property(texts, (text) => {
        const segments = segmentsOf([text])
        expect(segments.map((segment) => segment.text).join('')).toBe(text)
        for (const segment of segments) expect(segment.text).not.toBe('')
        for (const segment of segments.slice(0, -1)) expect(segment.speech).not.toBe('')
        seen = Math.max(seen, segments.length)
      }),
      { numRuns: 150 },
    )
    expect(seen).toBeGreaterThan(10)
  })

  it('are the same however the text is divided into deltas', () => {
    fc.assert(
      fc.property(divided, ([text, cuts]) => {
        const deltas = [...cuts, text.length].map((end, i) => text.slice(cuts[i - 1] ?? 0, end))
        expect(deltas.join('')).toBe(text)
        expect(segmentsOf(deltas)).toEqual(segmentsOf([text]))
      }),
      { numRuns: 150 },
    )
  })

  it('never begin within a word, a number or a picture', () => {
    fc.assert(
      fc.property(texts, (text) => {
        let end = 0
        for (const segment of segmentsOf([text]).slice(0, -1)) {
          end += segment.text.length
          // what has no space for 120 characters is cut all the same
          if (/\S{120}$/u.test(text.slice(0, end))) continue
          expect(text.slice(end - 1, end + 1)).not.toMatch(/[a-z\d][a-z\d]|[\ud800-\udbff][\udc00-\udfff]/i)
        }
      }),
      { numRuns: 150 },
    )
  })
})
