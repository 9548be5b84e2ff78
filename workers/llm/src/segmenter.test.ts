import { describe, expect, it } from 'vitest'
import { type Segment, makeSegmenter } from './segmenter.ts'

const textsOf = (segments: readonly Segment[]): string[] => segments.map((segment) => segment.text)

function cut(text: string): string[] {
  const segmenter = makeSegmenter()
  return textsOf([...segmenter.append(text), ...segmenter.end()])
}

describe('the segmenter', () => {
  it('gives a sentence as soon as what follows shows that it is finished', () => {
    const segmenter = makeSegmenter()
    expect(segmenter.append('Certainly')).toEqual([])
    expect(segmenter.append('.')).toEqual([])
    expect(segmenter.append(' ')).toEqual([])
    expect(segmenter.append('W')).toEqual([{ text: 'Certainly. ', speech: 'Certainly.' }])
    expect(segmenter.append('hat else?')).toEqual([])
    expect(segmenter.end()).toEqual([{ text: 'What else?', speech: 'What else?' }])
    expect(segmenter.end()).toEqual([])
  })

  it('cuts the first segment after a clause, and later ones after sentences only', () => {
    const text =
      'If you go there tomorrow, take the train, because the roads, as always, are full. Then walk, if you can.'
    expect(cut(text)).toEqual([
      'If you go there tomorrow, ',
      'take the train, because the roads, as always, are full. ',
      'Then walk, if you can.',
    ])
  })

  it.each([
    ['a clause that is too short', 'Yes, of course I can do that for you', 1],
    ['a comma inside a number', 'There are precisely and exactly 1,234,567 reasons', 1],
    ['a colon inside a time', 'The next train to the city leaves at 10:45 today', 1],
    ['a hyphen inside a word', 'This is a remarkably well-known and long-loved song', 1],
    ['a colon', 'There are three good reasons: time, money and luck', 2],
    ['a dash', 'It is a remarkably good day — come and see', 2],
    ['a dash without spaces', 'It is a remarkably good day—come and see', 2],
    ['a Chinese comma', '今天我想和你谈谈关于天气的事情，因为天气很好', 2],
  ])('knows %s when it looks for a first clause', (_, text, segments) => {
    expect(cut(text)).toHaveLength(segments)
  })

  it.each([
    'Ask Dr. Smith or Mrs. Jones about it.',
    'We have fruit, e.g. Apples and pears.',
    'The value of pi is 3.14 or so.',
    'She works for the U.S. Army in Ohio.',
    'J. R. R. Tolkien wrote it.',
    'See www.example.com/a?B=c for more.',
    'It is No. 5 on the list, of Jan. 3 this year.',
    'Wait... what do you mean?',
    'Das gilt z.B. Montags für Hr. Meier.',
    'He cried "Stop!" and left.',
    '1. Preheat the oven.',
  ])('keeps together: %s', (sentence) => {
    const segmenter = makeSegmenter()
    segmenter.append('So. ') // no early cut from here on
    expect(textsOf([...segmenter.append(sentence), ...segmenter.end()])).toEqual(['So. ', sentence])
  })

  it.each([
    ['No. I do not think so.', ['No. ', 'I do not think so.']],
    ['Really?! Yes.', ['Really?! ', 'Yes.']],
    ['That was 2020. 15 people came.', ['That was 2020. ', '15 people came.']],
    ['She said "hello." Then she left.', ['She said "hello." ', 'Then she left.']],
    ['你好。今天天气很好！是吗？', ['你好。', '今天天气很好！', '是吗？']],
    ['Buy:\n- milk\n- bread\n\nThat is all', ['Buy:\n', '- milk\n', '- bread\n\n', 'That is all']],
    ['1. Mix\n2. Bake\n', ['1. Mix\n', '2. Bake\n']],
  ])('divides: %s', (text, segments) => {
    expect(cut(text)).toEqual(segments)
  })

  it('cuts what goes on for too long between words', () => {
    const segments = cut('and so it goes on '.repeat(60))
    expect(segments.length).toBeGreaterThan(4)
    for (const segment of segments) {
      expect(segment.length).toBeLessThanOrEqual(250)
      expect(segment).toMatch(/^(?:(?:and|so|it|goes|on) )+$/)
    }
  })

  it('gives what has nothing to say together with what follows', () => {
    const segmenter = makeSegmenter()
    expect(segmenter.append('🎉\n---\n\nWell done! 🎉')).toEqual([])
    expect(segmenter.end()).toEqual([{ text: '🎉\n---\n\nWell done! 🎉', speech: 'Well done!' }])
    expect(makeSegmenter().end()).toEqual([])
    segmenter.append('🎉')
    expect(segmenter.end(), 'with nothing following').toEqual([{ text: '🎉', speech: '' }])
  })

  it('gives a sentence in a pause if it seems finished', () => {
    const segmenter = makeSegmenter()
    segmenter.append('Let me think')
    expect(segmenter.settle()).toEqual([])
    segmenter.append('.')
    expect(textsOf(segmenter.settle())).toEqual(['Let me think.'])
    expect(segmenter.settle()).toEqual([])
    for (const unfinished of [' It is 3.', ' Ask Dr.', ' Well,']) {
      segmenter.append(unfinished)
      expect(segmenter.settle(), unfinished).toEqual([])
      segmenter.end()
    }
  })
})
