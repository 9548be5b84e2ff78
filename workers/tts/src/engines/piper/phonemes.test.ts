import { afterAll, describe, expect, it } from 'vitest'
import { requireProgram } from '../program/find-program.ts'
import { makePrograms } from '../program/programs.ts'
import { phonemeIds } from './phoneme-ids.ts'
import { clausesOf, phonemesOf } from './phonemes.ts'

describe('Phonemes for Piper', async () => {
  const espeak = makePrograms(await requireProgram('espeak-ng', process.env['PATH'] ?? ''), 1)
  const signal = new AbortController().signal
  afterAll(() => espeak.close())

  it('keep the punctuation of the text', async () => {
    const phonemes = await phonemesOf('Hello there, my friend! Are you well?', { espeak, voice: 'en-us', signal })
    expect(phonemes).toBe('həlˈoʊ ðˈɛɹ, maɪ fɹˈɛnd! ɑːɹ juː wˈɛl?'.normalize('NFD'))
  })

  it('come in the language of the voice', async () => {
    expect(await phonemesOf('Guten Tag.', { espeak, voice: 'de', signal })).toBe('ɡˈuːtən tˈɑːk.')
  })

  it('are none where nothing is to be said', async () => {
    expect(await phonemesOf('— "…" —', { espeak, voice: 'en-us', signal })).toBe('')
  })

  it('come in clauses that end where punctuation ends a word', () => {
    expect(clausesOf('It costs 3.50, at 10:30 (or so). Well…')).toEqual([
      { words: 'It costs 3.50', end: ',' },
      { words: 'at 10:30  or so', end: '.' },
      { words: 'Well', end: '…' },
    ])
  })

  it('become numbers with padding after each, between begin and end', () => {
    const map = { '^': [1], $: [2], _: [0], a: [10], b: [20, 21] }
    expect(phonemeIds('a?b', map)).toEqual([1, 10, 0, 20, 21, 0, 2])
  })
})
