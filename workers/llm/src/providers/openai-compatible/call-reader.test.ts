import type { LanguageEvent } from '@voicebox/engines'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CallPiece, makeCallReader, mostArgumentBytes, mostCalls } from './call-reader.ts'

describe('the calls of a streamed answer', () => {
  it.each<[string, CallPiece[], Called[]]>([
    [
      'by index, the id and name in the first piece only',
      [
        { index: 0, id: 'x', name: 'a', text: '' },
        { index: 0, text: '{"n"' },
        { index: 0, text: ':1}' },
        { index: 1, id: 'y', name: 'b', text: '' },
        { index: 1, text: '{}' },
      ],
      [
        ['a', '{"n":1}'],
        ['b', '{}'],
      ],
    ],
    [
      'with indexes that start anywhere and leave gaps',
      [
        { index: 3, name: 'a', text: '{}' },
        { index: 7, name: 'a', text: '{}' },
      ],
      [
        ['a', '{}'],
        ['a', '{}'],
      ],
    ],
    [
      'whole, without an index or id',
      [
        { name: 'a', text: '{"n":1}' },
        { name: 'a', text: '{"n":2}' },
        { name: 'b', text: '' },
      ],
      [
        ['a', '{"n":1}'],
        ['a', '{"n":2}'],
        ['b', ''],
      ],
    ],
    [
      'whole, all by the same index',
      [
        { index: 0, id: 'x', name: 'a', text: '{}' },
        { index: 0, id: 'y', name: 'a', text: '{}' },
      ],
      [
        ['a', '{}'],
        ['a', '{}'],
      ],
    ],
    [
      'whole and without arguments, all by the same index',
      [
        { index: 0, id: 'x', name: 'a', text: '' },
        { index: 0, id: 'y', name: 'a', text: '' },
      ],
      [
        ['a', ''],
        ['a', ''],
      ],
    ],
    [
      'with the id and name repeated in every piece',
      [
        { index: 0, id: 'x', name: 'a', text: '{"n"' },
        { index: 0, id: 'x', name: 'a', text: ':1}' },
        { index: 0, id: 'x', name: 'a', text: '' },
      ],
      [['a', '{"n":1}']],
    ],
    [
      'with the name repeated in every piece, without an id',
      [
        { index: 0, name: 'a', text: '{"n":{}' },
        { index: 0, name: 'a', text: ',"m":1}' },
      ],
      [['a', '{"n":{},"m":1}']],
    ],
    [
      'with a new id in every piece',
      [
        { index: 0, id: 'x', name: 'a', text: '' },
        { index: 0, id: 'y', text: '{"n"' },
        { index: 0, id: 'z', text: ':1}' },
      ],
      [['a', '{"n":1}']],
    ],
    [
      'with the index in the first piece only',
      [{ index: 0, name: 'a', text: '' }, { text: '{"n"' }, { text: ':1}' }],
      [['a', '{"n":1}']],
    ],
    [
      'with the name after the id and some of the arguments',
      [
        { index: 0, id: 'x', text: '{' },
        { index: 0, name: 'a', text: '' },
        { index: 0, text: '}' },
      ],
      [['a', '{}']],
    ],
    [
      'with empty pieces for calls that have ended',
      [
        { index: 0, name: 'a', text: '{}' },
        { index: 1, name: 'b', text: '{' },
        { index: 0, text: '' },
        { index: 1, text: '}' },
      ],
      [
        ['a', '{}'],
        ['b', '{}'],
      ],
    ],
    ['that are no calls', [{ text: '' }, { index: 1, text: '' }], []],
  ])('are read %s', (_, pieces, called) => {
    expect(read(pieces)).toEqual(called)
  })

  it('are read alike however they are cut', () => {
    const cut = fc.record({ arguments: fc.json(), cuts: fc.array(fc.nat(40), { maxLength: 6 }) })
    fc.assert(
      fc.property(
        fc.array(cut, { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        fc.boolean(),
        (calls, isIndexed, isNamedAgain) => {
          const pieces = calls.flatMap((call, index) =>
            cutAt(call.arguments, call.cuts).map((text, piece): CallPiece => {
              const isFirst = piece === 0
              return {
                text,
                ...(isIndexed ? { index } : {}),
                ...(isFirst || isNamedAgain ? { id: `call_${index}`, name: `tool_${index}` } : {}),
              }
            }),
          )
          expect(read(pieces)).toEqual(calls.map((call, index) => [`tool_${index}`, call.arguments]))
        },
      ),
    )
  })

  it.each<[string, CallPiece[], string]>([
    ['go back to an earlier call', [piece(0, 'a', '{'), piece(1, 'b', '{'), { index: 0, text: '}' }], 'bad_stream'],
    ['never name a call', [{ index: 0, id: 'x', text: '{}' }], 'bad_stream'],
    ['go on to the next without a name', [{ index: 0, text: '{}' }, piece(1, 'b', '')], 'bad_stream'],
    ['are too many', Array.from({ length: mostCalls + 1 }, (_, index) => piece(index, 'a', '{}')), 'answer_too_large'],
    ['are too large', [piece(0, 'a', 'é'.repeat(mostArgumentBytes / 2)), { index: 0, text: ' ' }], 'answer_too_large'],
    ['have too long a name', [piece(0, 'a'.repeat(257), '')], 'answer_too_large'],
  ])('fail where they %s', (_, pieces, code) => {
    expect(() => read(pieces)).toThrow(expect.objectContaining({ kind: 'engine', code }))
  })

  it('are read up to the bounds', () => {
    expect(read(Array.from({ length: mostCalls }, (_, index) => piece(index, 'a', '{}')))).toHaveLength(mostCalls)
    expect(read([piece(0, 'a', 'é'.repeat(mostArgumentBytes / 2))])).toHaveLength(1)
  })
})

/** A name and arguments. */
type Called = [string, string]

function piece(index: number, name: string, text: string): CallPiece {
  return { index, name, text }
}

function read(pieces: readonly CallPiece[]): Called[] {
  const reader = makeCallReader('groq')
  const called: Called[] = []
  for (const one of pieces) for (const event of reader.read([one])) hear(called, event)
  reader.end()
  return called
}

function hear(called: Called[], event: LanguageEvent): void {
  if (event.kind === 'call_started') {
    expect(event.call).toBe(called.length)
    called.push([event.name, ''])
  }
  const current = called.at(-1)
  if (event.kind !== 'call_arguments' || current === undefined) return
  expect(event.call).toBe(called.length - 1)
  expect(event.text).not.toBe('')
  current[1] += event.text
}

function cutAt(text: string, cuts: readonly number[]): string[] {
  const ends = [...cuts.filter((at) => at < text.length).sort((a, b) => a - b), text.length]
  return ends.map((end, index) => text.slice(ends[index - 1] ?? 0, end))
}
