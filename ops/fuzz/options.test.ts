import { expect, it } from 'vitest'
import { readArguments, targetNames } from './options.ts'

it('The command line chooses the targets, all of them if it does not', () => {
  expect(readArguments(['--seed', '7'])).toEqual({ targets: targetNames, seconds: 60, seed: 7 })
  expect(readArguments(['core', '--seconds', '600'])).toMatchObject({ targets: ['core'], seconds: 600 })
})

it('A command line that makes no sense is refused', () => {
  for (const args of [['everything'], ['--seconds', 'ten'], ['--seed', '-1'], ['--nonsense']])
    expect(readArguments(args)).toHaveProperty('wrong')
})
