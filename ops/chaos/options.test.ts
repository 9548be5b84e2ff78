import { expect, it } from 'vitest'
import { readArguments } from './options.ts'
import { faultKinds } from './plan/faults.ts'

it('The command line chooses the faults, all of them if it does not', () => {
  expect(readArguments(['--seed', '7'])).toEqual({ seed: 7, seconds: 60, sessions: 12, kinds: faultKinds, json: null })
  expect(readArguments(['--faults', 'cut,pubsub', '--json', 'a.json'])).toMatchObject({
    kinds: ['cut', 'pubsub'],
    json: 'a.json',
  })
  expect(readArguments(['--faults', 'none'])).toMatchObject({ kinds: [] })
})

it('A command line that makes no sense is refused', () => {
  for (const args of [['--faults', 'cut,flood'], ['--seconds', 'ten'], ['--sessions', '-1'], ['--nonsense']])
    expect(readArguments(args)).toHaveProperty('wrong')
})
