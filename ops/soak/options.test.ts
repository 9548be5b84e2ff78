import { expect, it } from 'vitest'
import { readArguments } from './options.ts'

it('The command line says how long and how many', () => {
  expect(readArguments(['--seed', '7'])).toEqual({ minutes: 30, sessions: 12, seed: 7, json: null })
  expect(readArguments(['--minutes', '0.5', '--sessions', '3'])).toMatchObject({ minutes: 0.5, sessions: 3 })
})

it('A command line that makes no sense is refused', () => {
  for (const args of [['--minutes', '0'], ['--sessions', '1.5'], ['--seed', '-1'], ['--nonsense'], ['more']])
    expect(readArguments(args)).toHaveProperty('wrong')
})
